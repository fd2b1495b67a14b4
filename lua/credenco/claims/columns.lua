--- Lists the columns that a mapping uses, to find misspelt or forgotten columns before anything is sent.

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

--- The columns that every record needs.
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

--- The columns that rules read as lists. A header may repeat their names.
---@param rule credenco.claims.Rule
---@param seen table<string, boolean> filled
function M.lists(rule, seen)
  if rule.kind == "object" then
    for _, name in ipairs(rule.names) do M.lists(rule.rules[name], seen) end
  elseif rule.kind == "list" and type(rule.source) == "string" then
    seen[rule.source] = true
  end
end

--- A record that remembers the columns that functions of the author read.
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

-- The column from which a column or a path is read.
local function found_in(there, name, nested)
  if there[name] then return name end
  local first = nested and name:match "^([^.]+)%."
  return there[first] and first
end

--- Compares the columns a mapping uses with those a source has.
---@param used string[]|table<string, boolean>
---@param header string[]
---@param nested? boolean records contain records: the first part of a path is the column
---@return string[] unknown columns that the mapping uses and the source does not have
---@return string[] unused columns that the source has and the mapping does not use
function M.compare(used, header, nested)
  local there, unknown, unused = {}, {}, {}
  for _, name in ipairs(header) do there[name], unused[name] = true, true end
  unused[""] = nil -- a column without a name does not count
  for name, value in pairs(used) do
    local column = value == true and name or value
    local found = found_in(there, column, nested)
    if found then unused[found] = nil else unknown[column] = true end
  end
  return sorted_keys(unknown), sorted_keys(unused)
end

return M
