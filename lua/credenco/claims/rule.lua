--- Rules: what the builders of `credenco.claims` return. They are checked once, when the mapping is loaded.

local fault = require "credenco.claims.fault"
local json = require "credenco.base.json"
local option_table = require "credenco.base.options"
local range_flaw = require "credenco.claims.range"
local scalar = require "credenco.claims.scalar"
local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

--- One rule of a mapping, from the builders, for `credenco.claims.apply`.
---@class credenco.claims.Rule
---@field kind "scalar"|"computed"|"constant"|"list"|"object"
---@field source string|string[]|function|nil
---@field options table
---@field quick? fun(value: any): boolean true if the column's value is the claim, unchanged; false decides nothing

local Rule = {}
Rule.__index = Rule

---@param value any
---@return boolean
function M.is_rule(value)
  return getmetatable(value) == Rule
end

-- Options of every rule but a constant. The type of a rule adds its own.
local COMMON = {
  required = { type = "boolean" }, default = { type = "any" },
  check = { type = "function" }, fits = { type = "string" },
}
local LIST = {
  of = { type = "table" }, separator = { type = "string" }, min_items = option_table.COUNT,
  max_items = option_table.COUNT, unique = { type = "boolean" },
}

-- The options of each builder.
local SPECS = {
  list = option_table.merged(COMMON, LIST), computed = COMMON, object = { required = { type = "boolean" } },
}
for name, of_type in pairs(scalar) do SPECS[name] = option_table.merged(COMMON, of_type.options) end

-- Claims take such a value of the mapping unchanged.
local function check_claim(value, builder, name)
  local text, problem = json.encode(value)
  if not text then fault("claims.%s: %s cannot be a claim: %s", builder, name, problem) end
end

local function copied_options(options, builder)
  local problem = option_table.problem(SPECS[builder], options or {})
  if problem then fault("claims.%s: %s", builder, problem) end
  local copy = option_table.completed(SPECS[builder], options or {})
  if copy.default ~= nil then check_claim(copy.default, builder, "the default") end
  if copy.required == nil then copy.required = copy.default == nil end
  return copy
end

local function check_source(source, builder)
  local kind = type(source)
  if kind == "function" or (kind == "string" and source ~= "") then return end
  fault("claims.%s: the first argument is a column's name or a function of the record, not %s",
    builder, source == "" and "an empty name" or "a " .. kind)
end

---@param type_name string one of the types in credenco.claims.scalar
---@param source? string|function nil for a list's items
---@param options? table
---@return credenco.claims.Rule
function M.scalar(type_name, source, options)
  if type(source) == "table" and options == nil then source, options = nil, source end
  if source ~= nil then check_source(source, type_name) end
  local of_type = scalar[type_name]
  local copy = copied_options(options, type_name)
  local problem = of_type.check and of_type.check(copy)
  if problem then fault("claims.%s: %s", type_name, problem) end
  copy.fits = copy.fits or of_type.fits(copy)
  local quick = type(source) == "string" and not copy.check and of_type.quick and of_type.quick(copy) or nil
  return setmetatable({ kind = "scalar", type = of_type, source = source, options = copy, quick = quick }, Rule)
end

---@param source function returns a claim of any type, or nil and the problem
---@param options? table
---@return credenco.claims.Rule
function M.computed(source, options)
  if type(source) ~= "function" then
    fault("claims.computed: the first argument is a function of the record, not a %s", type(source))
  end
  local copy = copied_options(options, "computed")
  copy.fits = copy.fits or "a value of the mapping's function"
  return setmetatable({ kind = "computed", source = source, options = copy }, Rule)
end

---@param value any any value that a claim can have
---@return credenco.claims.Rule
function M.constant(value)
  if value == nil then fault("claims.constant: a value is missing") end
  check_claim(value, "constant", "the value")
  return setmetatable({ kind = "constant", value = value, options = {} }, Rule)
end

---@param source string|string[]|function a repeated or separated column, several columns, or a function
---@param options? table
---@return credenco.claims.Rule
function M.list(source, options)
  if type(source) ~= "table" then
    check_source(source, "list")
  elseif #source == 0 then
    fault("claims.list: no column is named")
  end
  local copy = copied_options(options, "list")
  copy.of = copy.of or M.scalar("text")
  if not M.is_rule(copy.of) or copy.of.kind ~= "scalar" or copy.of.source ~= nil then
    fault('claims.list: option "of" must be a rule without a column, as claims.integer { min = 1 }')
  end
  if copy.separator == "" then fault("claims.list: separator: must not be empty") end
  copy.min_items = copy.min_items or (copy.required and 1 or 0)
  local flaw = range_flaw(copy, "min_items", "max_items")
  if flaw then fault("claims.list: %s", flaw) end
  return setmetatable({ kind = "list", source = source, options = copy }, Rule)
end

-- The shorthands: a column's name is required text, a function computes the claim, a table is an object.
local function refined(value, name)
  if type(value) == "string" then return M.scalar("text", value) end
  if type(value) == "function" then return M.computed(value) end
  if not M.is_rule(value) then
    if type(value) == "table" then return M.object(value) end
    fault("claim %q: a rule is a column's name, a function, a table of rules or one of claims.text, "
      .. "claims.integer, ..., not a %s", name, type(value))
  elseif value.kind == "scalar" and value.source == nil then
    fault("claim %q: its rule names no column", name)
  end
  return value
end

---@param fields table<string, any>
---@param options? table
---@return credenco.claims.Rule
function M.object(fields, options)
  if type(fields) ~= "table" then fault("claims.object: the first argument is a table of rules") end
  local copy = copied_options(options, "object")
  local rules = {}
  for name, value in pairs(fields) do
    if type(name) ~= "string" then
      fault("a claim's name must be text, not the %s %s", type(name), tostring(name))
    end
    rules[name] = refined(value, name)
  end
  return setmetatable({ kind = "object", names = sorted_keys(rules), rules = rules, options = copy }, Rule)
end

return M
