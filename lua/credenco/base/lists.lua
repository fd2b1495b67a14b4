--- Lists of values.

local M = {}

---@param list any[]
---@param wanted any
---@return boolean
function M.contains(list, wanted)
  for _, value in ipairs(list) do
    if value == wanted then return true end
  end
  return false
end

--- The values of a list as keys.
---@param list any[]
---@return table<any, true>
function M.set(list)
  local set = {}
  for _, value in ipairs(list) do set[value] = true end
  return set
end

return M
