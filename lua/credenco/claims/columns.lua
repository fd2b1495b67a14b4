--- Which columns a mapping uses, so that a misspelt or a forgotten one is seen before anything is sent.

local apply = require "credenco.claims.apply"

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

local function sorted(set)
  local list = {}
  for name in pairs(set) do list[#list + 1] = name end
  table.sort(list)
  return list
end

---@param root credenco.claims.Rule
---@return string[] names of the columns that rules name, sorted
function M.named(root)
  local seen = {}
  collect(root, seen)
  return sorted(seen)
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

--- Compares the columns a mapping uses with those a file has.
---@param used string[]|table<string, boolean>
---@param header string[]
---@return string[] unknown columns that are used and not there
---@return string[] unused columns that are there and not used
function M.compare(used, header)
  local asked, there, unknown, unused = {}, {}, {}, {}
  for name, value in pairs(used) do asked[value == true and name or value] = true end
  for _, name in ipairs(header) do there[name] = {} end
  for name in pairs(asked) do
    if apply.column_value(there, name) == nil then unknown[name] = true end
  end
  for name in pairs(there) do
    if not asked[name] then unused[name] = true end
  end
  return sorted(unknown), sorted(unused)
end

return M
