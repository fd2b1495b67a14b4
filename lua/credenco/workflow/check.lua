--- Finds all mistakes in a workflow, with file and line, before anything is sent.

local claims = require "credenco.claims"
local options = require "credenco.base.options"
local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

local MAX_NAME = 200

local STEP = {
  template_id = { kinds = { "string", "function" }, required = true,
    what = "the template's key, or a function of the record" },
  wallet_key = { kinds = { "string", "function" }, what = "a column's name, or a function of the record" },
  claims = { kinds = { "mapping", "function" }, required = true,
    what = "a mapping (claims.map { ... }), or a function of the record" },
  delivery = { kinds = { "string", "function" },
    what = '"direct", "inbox", "offer_only", or a function of the record that returns one' },
  before_issue = { kinds = { "function" }, what = "a function of record and claims" },
}

local WORKFLOW = {
  name = { kinds = { "string" }, required = true, what = "text, the workflow's name" },
  key = { kinds = { "string", "function" }, required = true, what = "a column's name, or a function of the record" },
  wallet_key = STEP.wallet_key,
  accept = { kinds = { "function" }, what = "a function of the record" },
  on_issued = { kinds = { "function" }, what = "a function of record and result" },
  on_failed = { kinds = { "function" }, what = "a function of record and error" },
  steps = { kinds = { "table" }, what = "a list of steps" },
}

--- The ways in which a step's credential reaches its wallet.
M.DELIVERIES = { direct = true, inbox = true, offer_only = true }
M.A_DELIVERY = '"direct", "inbox" or "offer_only"'

--- Whether a delivery leaves its offer to the workflow's `on_issued`.
---@param delivery any
---@return boolean
function M.leaves_offer(delivery)
  return delivery == "offer_only"
end

--- Why such a delivery is refused in a workflow without that function.
M.NEEDS_ON_ISSUED = 'needs "on_issued": only that function gets the offer'

local function kind_of(value)
  return claims.is_mapping(value) and "mapping" or type(value)
end

local function accepts(spec, value)
  for _, kind in ipairs(spec.kinds) do
    if kind == kind_of(value) then return true end
  end
  return false
end

-- Lua keeps no line for a table's field, so this searches the file's text. `local claims = require ...` is not a field.
local function line_of(where, field)
  local number = 0
  local assigned = "%f[%w_]" .. field:gsub("%W", "%%%0") .. "%f[^%w_]%s*=[^=]"
  for line in ((where.text or "") .. "\n"):gmatch("(.-)\n") do
    number = number + 1
    if line:find(assigned) and not line:find("^%s*local%s") then return number end
    if not field:find("%S") then return 1 end
  end
  return 1
end

local function returns_at(where)
  local number, found = 0, 1
  for line in ((where.text or "") .. "\n"):gmatch("(.-)\n") do
    number = number + 1
    if line:find("^return%f[%W]") then found = number end
  end
  return found
end

---@class credenco.workflow.Findings
local Findings = {}
Findings.__index = Findings

-- Prints as one line, for `assert`.
function Findings:__tostring()
  return (table.concat(self, "; "):gsub("%s*\n%s*", " "))
end

-- Adds a problem at a line of the file.
function Findings:add(line, message, ...)
  self[#self + 1] = ("%s:%d: %s"):format(self.where.file, line, message:format(...))
end

-- Adds a problem at the line that sets a field.
function Findings:about(field, message, ...)
  self:add(line_of(self.where, field), message, ...)
end

local function check_names(findings, given, known, place)
  for _, field in ipairs(sorted_keys(given)) do
    if not known[field] then
      local name = tostring(field)
      local nearest = options.nearest(name, known)
      local proposal = nearest and (", did you mean %q?"):format(nearest) or ""
      findings:about(name, "unknown field %q%s%s", name, place, proposal)
    end
  end
end

local function check_fields(findings, given, specs, place)
  for _, name in ipairs(sorted_keys(specs)) do
    local spec, value = specs[name], given[name]
    if value == nil and spec.required then
      findings:add(returns_at(findings.where), "%q is missing%s: %s", name, place, spec.what)
    elseif value ~= nil and not accepts(spec, value) then
      findings:about(name, "%q%s must be %s, not a %s", name, place, spec.what, kind_of(value))
    elseif value == "" then
      findings:about(name, "%q%s must not be empty", name, place)
    end
  end
end

local function check_delivery(findings, definition, step, place)
  if M.leaves_offer(step.delivery) and not definition.on_issued then
    findings:about("delivery", '"delivery"%s is %q, which %s', place, step.delivery, M.NEEDS_ON_ISSUED)
  end
  if type(step.delivery) == "string" and not M.DELIVERIES[step.delivery] then
    findings:about("delivery", '"delivery"%s must be %s, not %q', place, M.A_DELIVERY, step.delivery)
  end
end

-- A constant is checked here, once for all records.
local function check_template(findings, step, place)
  local template = step.template_id
  if type(template) ~= "string" or template == "" then return end
  local flaw = options.identifier(template)
  if not flaw and (template:find "^%s" or template:find "%s$") then flaw = "must not begin or end with whitespace" end
  if flaw then findings:about("template_id", '"template_id"%s %s', place, flaw) end
end

local function check_wallet(findings, definition, step, place)
  if M.leaves_offer(step.delivery) or step.wallet_key or definition.wallet_key then return end
  findings:add(returns_at(findings.where),
    '"wallet_key" is missing%s: a column\'s name, or a function of the record', place)
end

local function check_step(findings, definition, step, place)
  if type(step) ~= "table" then
    findings:about("steps", "%q%s must be a table, not a %s", "steps", place, type(step))
    return
  end
  check_names(findings, step, STEP, place)
  check_fields(findings, step, STEP, place)
  check_template(findings, step, place)
  check_delivery(findings, definition, step, place)
  check_wallet(findings, definition, step, place)
end

-- A step behind a hole, or under a name, would be left out in silence.
local function check_list(findings, steps)
  local count = 0
  for _ in pairs(steps) do count = count + 1 end
  local listed = 0
  for i in ipairs(steps) do listed = i end
  if count == 0 then
    findings:about("steps", '"steps" is empty: at least one step is needed')
  elseif listed < count then
    findings:about("steps", '"steps" must be a list without holes or names: step %d is missing, and there are more',
      listed + 1)
  end
end

local function check_steps(findings, definition)
  local seen = {}
  check_names(findings, definition, WORKFLOW, ' beside "steps"')
  check_fields(findings, definition, WORKFLOW, "")
  check_list(findings, definition.steps)
  for i, step in ipairs(definition.steps) do
    check_step(findings, definition, step, (" in step %d"):format(i))
    local template = type(step) == "table" and step.template_id
    if type(template) == "string" and seen[template] then
      findings:about("steps", "step %d has the template of step %d: a record may have each template only once",
        i, seen[template])
    end
    seen[template or i] = i
  end
end

local function check_name(findings, name)
  if type(name) ~= "string" or name == "" then return end
  if #name > MAX_NAME or name:find("[%c\127]") then
    findings:about("name", '"name" must be at most %d bytes of text without control bytes', MAX_NAME)
  end
end

--- A problem that makes it impossible to look for others.
---@param problem string
---@return string[] problems
function M.alone(problem)
  return setmetatable({ problem }, Findings)
end

---@param definition any the value that the file returned
---@param where { file: string, text: string? }
---@return string[] problems empty if there are none; prints as one line
function M.problems(definition, where)
  local findings = setmetatable({ where = where }, Findings)
  if type(definition) ~= "table" then
    findings:add(returns_at(where), "a workflow file returns a table, not a %s", type(definition))
    return findings
  end
  if type(definition.steps) == "table" then
    check_steps(findings, definition)
  else
    local known = options.merged(WORKFLOW, STEP)
    check_names(findings, definition, known, "")
    check_fields(findings, definition, known, "")
    check_template(findings, definition, "")
    check_delivery(findings, definition, definition, "")
    check_wallet(findings, definition, definition, "")
  end
  check_name(findings, definition.name)
  return findings
end

return M
