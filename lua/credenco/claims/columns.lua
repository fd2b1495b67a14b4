--- Which columns a mapping uses, so that a misspelt or a forgotten one is seen before anything is sent.

local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

local function collect(rule, seen)
  if rule.kind == "object" then
    for _, name in ipairs(rule.names) do collect(rule.rules[name], seen) end
  elseif type(rule.source) == "string" then
    seen[rule.source] = true
  elseif type(rule.source) == "table" then
    for _, column in ipairs(rule.source) do seen[column] = true end
  end
end

---@param root credenco.claims.Rule
---@return string[] names of the columns that rules name, sorted
function M.named(root)
  local seen = {}
  collect(root, seen)
  return sorted_keys(seen)
end

--- The columns without which no record fits.
---@param rule credenco.claims.Rule
---@param seen table<string, boolean> filled
function M.needed(rule, seen)
  local options = rule.options
  if not options.required or options.default ~= nil then return end
  if rule.kind == "object" then
    for _, name in ipairs(rule.names) do M.needed(rule.rules[name], seen) end
  elseif type(rule.source) == "string" and options.min_items ~= 0 then
    seen[rule.source] = true
  end
end

--- The columns that rules read as lists, whose names may be repeated in a header.
---@param rule credenco.claims.Rule
---@param seen table<string, boolean> filled
function M.lists(rule, seen)
  if rule.kind == "object" then
    for _, name in ipairs(rule.names) do M.lists(rule.rules[name], seen) end
  elseif rule.kind == "list" and type(rule.source) == "string" then
    seen[rule.source] = true
  end
end

--- A record that remembers which columns were asked for, for functions of the mapping's author.
---@param record table
---@param seen table<string, boolean> filled as columns are read
---@return table
function M.watched(record, seen)
  return setmetatable({}, {
    __index = function(_, column)
      if type(column) == "string" then seen[column] = true end
      return record[column]
    end,
    __pairs = function() return pairs(record) end,
  })
end

-- What of a record a column or a path is read from.
local function found_in(there, name, nested)
  if there[name] then return name end
  local first = nested and name:match "^([^.]+)%."
  return there[first] and first
end

--- Compares the columns a mapping uses with those a source has.
---@param used string[]|table<string, boolean>
---@param header string[]
---@param nested? boolean records have records in them: of a path its first part tells
---@return string[] unknown columns that are used and not there
---@return string[] unused columns that are there and not used
function M.compare(used, header, nested)
  local there, unknown, unused = {}, {}, {}
  for _, name in ipairs(header) do there[name], unused[name] = true, true end
  unused[""] = nil -- a column without a name is none
  for name, value in pairs(used) do
    local column = value == true and name or value
    local found = found_in(there, column, nested)
    if found then unused[found] = nil else unknown[column] = true end
  end
  return sorted_keys(unknown), sorted_keys(unused)
end

return M
