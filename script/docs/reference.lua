-- Prints docs/reference.md from the annotations of the public modules, so that nothing is said twice.
local annotations = require "script.docs.annotations"

local function set(...)
  local names = {}
  for _, name in ipairs { ... } do names[name] = true end
  return names
end

-- The public modules, each with its variable in examples. `only` and `except` name functions and classes: those that a
-- module has for our other modules are not public. `beside` are other modules that have a part of it.
local MODULES = {
  { "credenco", "credenco", beside = { { "credenco.base.json", "credenco", only = set("M.array", "M.object") } } },
  { "credenco.client", "client", title = "The client",
    except = set("M.new", "Client:create_checked_offer", "Client:push_checked_offer", "Client:without_retries"),
    beside = { { "credenco.client.arguments" }, { "credenco.client.readers", only = set("credenco.Offer",
      "credenco.Issue", "credenco.IssueStatus", "credenco.Contact", "credenco.Response") } } },
  { "credenco.client.errors", title = "Errors", only = set "Error:offer" },
  { "credenco.claims", "claims", beside = { { "credenco.claims.apply", only = set "credenco.claims.Problem" } } },
  { "credenco.workflow", "workflow", except = set "credenco.workflow.Definition" },
  { "credenco.pipeline", "pipeline", beside = {
    { "credenco.pipeline.run", only = set "Run:stop" },
    { "credenco.pipeline.ending", only = set "credenco.pipeline.Ended" },
    { "credenco.pipeline.counts", only = set "credenco.pipeline.Counts" },
    { "credenco.journal.overview", only = set "credenco.journal.Totals" },
  } },
  { "credenco.pipeline.source", "source", except = set("M.format_of", "M.from_bytes", "M.decoder") },
  { "credenco.loop.plain", "loop", title = "`credenco.loop`", only = set("M.spawn", "M.turn", "M.timeout_ms") },
  { "credenco.webhook", "webhook", except = set "credenco.WebhookOptions" },
  { "credenco.metrics", "metrics" },
  { "credenco.sandbox", "sandbox" },
}

-- Types that a page describes.
local PAGES = {
  ["credenco.Options"] = "client.md#options",
  ["credenco.Error"] = "errors.md#fields",
  ["credenco.Event"] = "operations.md#events",
  ["credenco.WebhookOptions"] = "webhook.md#options",
  ["credenco.SandboxOptions"] = "sandbox.md#starting-it",
  ["credenco.workflow.Definition"] = "pipeline.md#workflows",
}

local HEAD = [[
# Reference

Every public function, with its arguments and results. `script/write-docs` writes this page from the annotations in the
code, which your editor shows as well. A type that ends in `?` may be nil.
]]

-- `Client:push_offer` is called as `client:push_offer`, `M.new` as `credenco.new`.
local function shown_name(item, variable)
  local owner, mark, name = item.name:match "^([%w_]+)([.:])([%w_]+)$"
  if owner == "M" then owner = variable elseif owner == "Error" then owner = "err" end
  return owner:lower() .. mark .. name .. item.arguments
end

local function paragraph(lines)
  local out, in_code = {}, false
  for _, line in ipairs(lines) do
    local is_code = line:find "^    " ~= nil
    if is_code ~= in_code then out[#out + 1] = is_code and "```lua" or "```" end
    out[#out + 1] = is_code and line:sub(5) or line
    in_code = is_code
  end
  if in_code then out[#out + 1] = "```" end
  return (table.concat(out, "\n"):gsub("\n+$", ""))
end

-- A type as code, and as a link where a page describes it.
local function shown_type(type_of)
  local shown, page = ("`%s`"):format(type_of), PAGES[type_of:gsub("%?$", "")]
  return page and ("[%s](%s)"):format(shown, page) or shown
end

local function entry(label, type_of, words)
  local shown = shown_type(type_of)
  return ("- %s%s%s"):format(label, shown, words ~= "" and ": " .. words:gsub("  +", " ") or "")
end

local function function_text(item, variable)
  local out = { ("### `%s`"):format(shown_name(item, variable)), "" }
  if item.text[1] then out[#out + 1] = paragraph(item.text) .. "\n" end
  for _, param in ipairs(item.params) do
    out[#out + 1] = entry(("`%s` "):format(param.name), param.type, param.words)
  end
  for _, result in ipairs(item.returns) do out[#out + 1] = entry("returns ", result.type, result.words) end
  return table.concat(out, "\n"):gsub("\n+$", "") .. "\n"
end

local function cell(text) return (text:gsub("|", "\\|")) end

local function class_text(item)
  local out = { ("### `%s`"):format(item.class), "" }
  if item.text[1] then out[#out + 1] = paragraph(item.text) .. "\n" end
  if item.parent ~= "" then out[#out + 1] = ("It also has the fields of %s.\n"):format(shown_type(item.parent)) end
  out[#out + 1] = "| field | type | |\n|---|---|---|"
  for _, field in ipairs(item.fields) do
    out[#out + 1] = ("| `%s` | `%s` | %s |"):format(cell(field.name), cell(field.type), cell(field.words))
  end
  return table.concat(out, "\n") .. "\n"
end

local function is_shown(module, item)
  local name = item.class or item.name
  if module.only then return module.only[name] end
  if item.class and not item.fields[1] then return false end
  return not (module.except and module.except[name])
end

local function path_of(name)
  return assert(package.searchpath(name, "lua/?.lua;lua/?/init.lua"))
end

-- The items of a module on the page, each with its module; and the module's first comment.
local function items_of(module)
  local shown, parts, head = {}, { module }, nil
  for _, other in ipairs(module.beside or {}) do parts[#parts + 1] = other end
  for _, part in ipairs(parts) do
    local items, first = annotations.read(path_of(part[1]))
    head = head or first
    for _, item in ipairs(items) do
      if is_shown(part, item) then shown[#shown + 1] = { item = item, variable = part[2] } end
    end
  end
  return shown, head
end

local function module_text(module, shown, head)
  local out = { ("## %s\n"):format(module.title or ("`%s`"):format(module[1])) }
  if not module.title and head[1] then out[#out + 1] = paragraph(head) .. "\n" end
  for _, one in ipairs(shown) do
    out[#out + 1] = one.item.class and class_text(one.item) or function_text(one.item, one.variable)
  end
  return table.concat(out, "\n")
end

-- The anchor of a class's title on this page, as GitHub makes it.
local function note_anchors(shown)
  for _, one in ipairs(shown) do
    if one.item.class then PAGES[one.item.class] = "#" .. one.item.class:lower():gsub("[^%w_]", "") end
  end
end

---@return string
return function()
  local out, shown, heads = { HEAD }, {}, {}
  for i, module in ipairs(MODULES) do
    shown[i], heads[i] = items_of(module)
    note_anchors(shown[i])
  end
  for i, module in ipairs(MODULES) do out[i + 1] = module_text(module, shown[i], heads[i]) end
  return table.concat(out, "\n")
end
