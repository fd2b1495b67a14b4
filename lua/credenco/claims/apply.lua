--- From a record to claims: applies the rules, and collects all problems.

local core = require "credenco.core"
local json = require "credenco.base.json"
local kind = require "credenco.claims.kind"
local place = require "credenco.claims.thrown"
local utf8_text = require "credenco.base.utf8_text"

local M = {}

--- A reason why a record does not fit.
---@class credenco.claims.Problem
---@field path string the claim, as `address.city` or `directors[2]`
---@field column? string the column that it comes from, if any
---@field kind string a description of the value in the record, without the value itself
---@field fits? string a description of a valid value
---@field refused? string instead of `fits`: the reason that a function of the author gave

---@param record table
---@param column string a column's name, or for nested records a path as `address.city`
---@return any
function M.column_value(record, column)
  local value = record[column]
  if value ~= nil or not column:find(".", 1, true) then return value end
  for part in column:gmatch("[^.]+") do
    if type(record) ~= "table" then return nil end
    record = record[part]
  end
  return record
end

local function is_blank(value)
  if type(value) == "string" then return utf8_text.is_blank(value) end
  return kind.is_absent(value)
end

local function report(problems, path, rule, found, fits)
  local column = type(rule.source) == "string" and rule.source or nil
  problems[#problems + 1] = { path = path, column = column, kind = found, fits = fits or rule.options.fits }
end

-- The author's text may be a reason, or a description of a valid value.
local function refuse(problems, path, rule, found, text)
  report(problems, path, rule, found)
  local problem = problems[#problems]
  problem.fits, problem.refused = nil, tostring(text)
end

-- An error in a function of the author must not end the run: it is a problem of this record. The message may quote the
-- record, so only the place is kept.
local function call(problems, path, rule, fn, ...)
  local ok, value, message = xpcall(fn, place, ...)
  if ok then return value, message end
  report(problems, path, rule, "a function that failed at " .. value, "a function that returns a value")
  return nil, nil, true
end

local function fetch(rule, record, problems, path)
  if type(rule.source) ~= "function" then return M.column_value(record, rule.source) end
  local value, message, failed = call(problems, path, rule, rule.source, record)
  if failed then return nil, true end
  if value == nil and message then
    refuse(problems, path, rule, "no value", message)
    return nil, true
  end
  return value
end

local function checked(rule, value, record, problems, path)
  if not rule.options.check then return value end
  local fine, why, failed = call(problems, path, rule, rule.options.check, value, record)
  if failed then return nil end
  if fine then return value end
  if why then return refuse(problems, path, rule, kind.of(value), why) end
  report(problems, path, rule, kind.of(value))
end

local function read_by_type(rule, value, problems, path)
  if not rule.options.calls then return rule.type.read(value, rule.options) end
  local read, found, failed = call(problems, path, rule, rule.type.read, value, rule.options)
  return read, found, nil, failed
end

local function read_scalar(rule, value, record, problems, path)
  local read, found, fits, failed = read_by_type(rule, value, problems, path)
  if failed then return nil end
  if read == nil then
    report(problems, path, rule, found or kind.of(value), fits)
    return nil
  end
  return checked(rule, read, record, problems, path)
end

-- All records share a constant of the mapping. Copies it, so that a hook can change one record's claims without
-- changing others'.
local function copied(value)
  if type(value) ~= "table" then return value end
  local copy = {}
  for name, member in pairs(value) do copy[name] = copied(member) end
  return setmetatable(copy, getmetatable(value))
end

local function absent(rule, value, problems, path)
  if rule.options.default ~= nil then return copied(rule.options.default) end
  if rule.options.required then report(problems, path, rule, kind.of(value)) end
end

local apply = {}

function apply.constant(rule)
  return copied(rule.value)
end

function apply.scalar(rule, record, problems, path)
  local column = rule.quick and record[rule.source]
  if column and rule.quick(column) then return column end
  local value, failed = fetch(rule, record, problems, path)
  if failed then return nil end
  if is_blank(value) then return absent(rule, value, problems, path) end
  return read_scalar(rule, value, record, problems, path)
end

function apply.computed(rule, record, problems, path)
  local value, failed = fetch(rule, record, problems, path)
  if failed then return nil end
  if value == nil then return absent(rule, value, problems, path) end
  return checked(rule, value, record, problems, path)
end

local function split(text, separator)
  local items, from = {}, 1
  repeat
    local first, last = text:find(separator, from, true)
    items[#items + 1] = text:sub(from, (first or 0) - 1)
    from = last and last + 1
  until not from
  return items
end

-- A key that a list cannot have, or nil.
local function list_flaw(items)
  local count = 0
  for key in pairs(items) do
    if type(key) ~= "number" then return "an object" end
    count = count + 1
  end
  for i = 1, count do
    if items[i] == nil then return "a list with a hole" end
  end
end

local function list_fits(options)
  if options.max_items then
    return ("a list of %d to %d items"):format(options.min_items, options.max_items)
  end
  return ("a list of at least %d item%s"):format(options.min_items, options.min_items == 1 and "" or "s")
end

-- A source that fails, or gives no list, is a problem and has no items.
local function list_items(rule, record, problems, path)
  local source, separator = rule.source, rule.options.separator
  if type(source) == "table" then
    local items = {}
    for i, column in ipairs(source) do
      local value = M.column_value(record, column)
      items[i] = value == nil and "" or value
    end
    return items
  end
  local value = fetch(rule, record, problems, path)
  if type(value) == "string" and separator then return split(value, separator) end
  if type(value) ~= "table" then return { value } end
  local flaw = list_flaw(value)
  if not flaw then return value end
  report(problems, path, rule, flaw, list_fits(rule.options))
  return {}
end

function apply.list(rule, record, problems, path)
  local options, before = rule.options, #problems
  local list, seen = {}, {}
  for i, item in ipairs(list_items(rule, record, problems, path)) do
    if not is_blank(item) then
      local value = read_scalar(options.of, item, record, problems, ("%s[%d]"):format(path, i))
      if value ~= nil and not (options.unique and seen[value]) then
        list[#list + 1], seen[value] = value, true
      end
    end
  end
  if #problems > before then return nil end
  if #list == 0 and options.default ~= nil then return copied(options.default) end
  if #list < options.min_items or (options.max_items and #list > options.max_items) then
    report(problems, path, rule, ("a list of %d"):format(#list), list_fits(options))
    return nil
  end
  if #list == 0 and not options.required then return nil end
  return checked(rule, #list == 0 and json.array() or list, record, problems, path)
end

local function any_filled(record, source)
  for _, column in ipairs(source) do
    if not is_blank(M.column_value(record, column)) then return true end
  end
  return false
end

-- Leaves out an optional object without any value in the record, so that its required fields are not asked for.
local function is_empty_in(rule, record)
  for _, name in ipairs(rule.names) do
    local member = rule.rules[name]
    local source = type(member.source) == "string" and { member.source } or member.source
    if type(source) == "function" or (type(source) == "table" and any_filled(record, source)) then
      return false
    elseif member.kind == "object" and not is_empty_in(member, record) then
      return false
    end
  end
  return true
end

function apply.object(rule, record, problems, path)
  if not rule.options.required and is_empty_in(rule, record) then return nil end
  local names, rules = rule.names, rule.rules
  local object, prefix = core.sized(#names), path ~= "" and path .. "."
  for i = 1, #names do
    local name = names[i]
    local member = rules[name]
    object[name] = apply[member.kind](member, record, problems, prefix and prefix .. name or name)
  end
  return object
end

---@param rule credenco.claims.Rule the outermost rule, an object
---@param record table
---@return table? claims
---@return credenco.claims.Problem[]? problems
function M.apply(rule, record)
  local problems = {}
  local claims = apply.object(rule, record, problems, "")
  if #problems > 0 then return nil, problems end
  return claims
end

return M
