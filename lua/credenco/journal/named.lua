--- Named parameters: `:name` in a statement, with values from a table.

local M = {}

local texts = {}

--- A statement with `?` for each parameter, and the names of the parameters in their order.
---@param sql string
---@return string text
---@return string[] names
function M.positional(sql)
  local known = texts[sql]
  if known then return known.text, known.names end
  local names = {}
  local text = sql:gsub(":(%l[%l_]*)", function(name)
    names[#names + 1] = name
    return "?"
  end)
  texts[sql] = { text = text, names = names }
  return text, names
end

--- A statement and its parameters, in the form that a database takes.
---@param sql string
---@param values table<string, any>
---@return string text
---@return any[] parameters
---@return integer count some values may be nil
function M.bound(sql, values)
  local text, names = M.positional(sql)
  local parameters = {}
  for i, name in ipairs(names) do parameters[i] = values[name] end
  return text, parameters, #names
end

return M
