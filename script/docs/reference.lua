-- Prints docs/reference.md from the annotations of the public modules, so that nothing is said twice.
local annotations = require "script.docs.annotations"

local function set(...)
  local names = {}
  for _, name in ipairs { ... } do names[name] = true end
  return names
end

-- The public modules, each with the variable that examples keep it in. `only` and `except` name functions and
-- classes: what a module has for other modules of ours is not public.
local MODULES = {
  { "credenco", "credenco" },
  { "credenco.client", "client", title = "The client",
    except = set("M.new", "Client:create_checked_offer", "Client:push_checked_offer", "Client:without_retries") },
  { "credenco.client.errors", title = "Errors", only = set "Error:offer" },
  { "credenco.claims", "claims" },
  { "credenco.workflow", "workflow" },
  { "credenco.pipeline", "pipeline" },
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

local function entry(label, type_of, words)
  local shown, page = ("`%s`"):format(type_of), PAGES[type_of:gsub("%?$", "")]
  if page then shown = ("[%s](%s)"):format(shown, page) end
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

local function module_text(module)
  local items, head = annotations.read(path_of(module[1]))
  local out = { ("## %s\n"):format(module.title or ("`%s`"):format(module[1])) }
  if not module.title and head[1] then out[#out + 1] = paragraph(head) .. "\n" end
  for _, item in ipairs(items) do
    if is_shown(module, item) then
      out[#out + 1] = item.class and class_text(item) or function_text(item, module[2])
    end
  end
  return table.concat(out, "\n")
end

---@return string
return function()
  local out = { HEAD }
  for i, module in ipairs(MODULES) do out[i + 1] = module_text(module) end
  return table.concat(out, "\n")
end
