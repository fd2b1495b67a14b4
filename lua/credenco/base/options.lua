--- Checks a table of named options against a specification. A mistake throws at the level of the caller; the message
--- for an unknown name proposes the nearest known one.

local core = require "credenco.core"

local M = {}

local has_control = core.has_control
local next, type = next, type

---@class credenco.OptionSpec
---@field type string|string[]  type names; "integer" is a number without a fraction, and "any" is whatever is not nil
---@field required boolean?
---@field default any?
---@field min number?
---@field max number?
---@field check (fun(value: any): string?)?  says why the value is not valid, or nil

-- Levenshtein distance, row by row.
local function distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      local best = math.min(row[j] + 1, row[j - 1] + 1, diagonal + cost)
      diagonal, row[j] = row[j], best
    end
  end
  return row[#b]
end

--- The known name nearest to a mistyped one, if one is near enough to propose.
---@param name string
---@param known table<string, any>
---@return string?
function M.nearest(name, known)
  local best, best_distance
  for candidate in pairs(known) do
    local d = distance(name:lower(), candidate)
    if not best or d < best_distance or (d == best_distance and candidate < best) then
      best, best_distance = candidate, d
    end
  end
  if best and best_distance <= math.max(2, math.floor(#name / 2)) then return best end
end

local function type_of(value)
  return value == value and type(value) or "NaN"
end

local function has_type(value, wanted)
  if wanted == "integer" then
    return type(value) == "number" and value == math.floor(value)
      and value > -math.huge and value < math.huge
  end
  return wanted == "any" or type_of(value) == wanted
end

local function matches(value, wanted)
  if type(wanted) == "string" then return has_type(value, wanted) end
  for _, one in ipairs(wanted) do
    if has_type(value, one) then return true end
  end
  return false
end

local function type_names(wanted)
  return type(wanted) == "string" and wanted or table.concat(wanted, " or ")
end

--- Says why a value is not valid, without showing it.
local function problem_with(value, spec)
  if value == nil then
    return spec.required and "is missing" or nil
  end
  if not matches(value, spec.type) then
    return ("must be %s, not %s"):format(type_names(spec.type), type_of(value))
  end
  if spec.min and type(value) == "number" and value < spec.min then
    return ("must be at least %s"):format(spec.min)
  end
  if spec.max and type(value) == "number" and value > spec.max then
    return ("must be at most %s"):format(spec.max)
  end
  return spec.check and spec.check(value)
end

local function unknown_name(name, specs)
  if type(name) ~= "string" then return "options have names" end
  local nearest = M.nearest(name, specs)
  return ("unknown option '%s'%s"):format(
    name:gsub("[%c\127]", "?"), nearest and (", did you mean '%s'?"):format(nearest) or "")
end

-- A specification in the form that a check needs: the type by name (none if there are several), its check, the required
-- names and their number.
local function digest(specs)
  local rules = { kinds = {}, checks = {}, required = {}, required_count = 0 }
  for name, spec in pairs(specs) do
    rules.kinds[name] = spec.type == "integer" and "number" or spec.type
    rules.checks[name] = spec.check
    if rules.kinds[name] == "number" or spec.min or spec.max then
      rules.checks[name] = function(value) return problem_with(value, spec) end
    end
    if spec.required then
      rules.required[name] = true
      rules.required_count = rules.required_count + 1
    end
  end
  return rules
end

local digested = setmetatable({}, { __mode = "k" })

local function rules_of(specs)
  digested[specs] = digested[specs] or digest(specs)
  return digested[specs]
end

-- Whether all options fit. If not, `check` finds out why.
local function fits(specs, given)
  local rules = rules_of(specs)
  local kinds, checks, required, missing = rules.kinds, rules.checks, rules.required, rules.required_count
  for name, value in next, given do
    if type(value) ~= kinds[name] then return false end
    local problem_of = checks[name]
    if problem_of and problem_of(value) then return false end
    if required[name] then missing = missing - 1 end
  end
  return missing == 0
end

--- Says why `given` does not fit `specs`, or nil.
---@param specs table<string, credenco.OptionSpec>
---@param given any
---@return string?
function M.problem(specs, given)
  if type(given) ~= "table" then return "expected a table of options, got " .. type(given) end
  if fits(specs, given) then return nil end
  for name in pairs(given) do
    if not specs[name] then return unknown_name(name, specs) end
  end
  local wrong, problem
  for name, spec in pairs(specs) do
    local found = problem_with(given[name], spec)
    if found and (not wrong or name < wrong) then wrong, problem = name, found end
  end
  return wrong and wrong .. " " .. problem
end

--- Throws if `given` does not fit `specs`.
---@param what string  the function's name, for the message
---@param specs table<string, credenco.OptionSpec>
---@param given any
---@param level integer  of the caller to blame, as for error()
function M.check(what, specs, given, level)
  local problem = M.problem(specs, given)
  if problem then error(("%s: %s"):format(what, problem), level + 1) end
end

--- A copy of options that fit, with the defaults filled in.
---@param specs table<string, credenco.OptionSpec>
---@param given table
---@return table
function M.completed(specs, given)
  local copy = {}
  for name, spec in pairs(specs) do
    local value = given[name]
    if value == nil then value = spec.default end
    copy[name] = value
  end
  return copy
end

--- Checks `given` and returns a copy with the defaults filled in.
---@param what string
---@param specs table<string, credenco.OptionSpec>
---@param given any
---@param level integer
---@return table
function M.read(what, specs, given, level)
  M.check(what, specs, given, level + 1)
  return M.completed(specs, given)
end

--- One specification of several.
---@param ... table<string, credenco.OptionSpec>
---@return table<string, credenco.OptionSpec>
function M.merged(...)
  local all = {}
  for _, specs in ipairs { ... } do
    for name, spec in pairs(specs) do all[name] = spec end
  end
  return all
end

-- Rows and checks that several specifications share -------------------------------

--- A whole number from 0 on.
M.COUNT = { type = "integer", min = 0, max = core.MAX_INTEGER }

--- For a value in a header or a path: text, not empty, without control bytes.
---@param text string
---@return string?
function M.clean_text(text)
  if text == "" then return "must not be empty" end
  if has_control(text) then return "must not hold control bytes" end
end

--- For a secret: such text, or a function that returns it.
---@param value string|function
---@return string?
function M.clean_text_or_function(value)
  return type(value) == "string" and M.clean_text(value) or nil
end

--- For a file that the client reads again later. Opens it now, so that a mistake shows at once.
---@param path string
---@return string?
function M.readable_file(path)
  local problem = M.clean_text(path)
  if problem then return problem end
  local file, err = io.open(path, "rb")
  if not file then return "cannot be opened: " .. err end
  file:close()
end

--- For identifiers: text without control bytes, at most 255 bytes of UTF-8.
---@param text string
---@return string?
function M.identifier(text)
  if #text > 255 then return "must be at most 255 bytes long" end
  if not core.utf8_valid(text) then return "must be valid UTF-8" end
  return M.clean_text(text)
end

--- For a wallet's external key, which becomes one segment of a path.
---@param key string
---@return string?
function M.wallet_key(key)
  if core.wallet_key_valid(key) then return nil end
  return "must be 1 to 255 bytes, not '.' or '..', without '/', '\\' and control bytes"
end

return M
