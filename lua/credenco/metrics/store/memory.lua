--- A store of metrics in a Lua table: of one process.

---@class credenco.metrics.Store
---@field add fun(self: credenco.metrics.Store, key: string, amount: integer)  counts up, from 0
---@field keep_own fun(self: credenco.metrics.Store, key: string, value: integer)  sets this process's part of a gauge
---@field read fun(self: credenco.metrics.Store): table<string, integer>  every number by its key, in a new table

local Memory = {}
Memory.__index = Memory

local M = {}

---@return credenco.metrics.Store
function M.new()
  return setmetatable({ numbers = {} }, Memory)
end

---@param key string
---@param amount integer
function Memory:add(key, amount)
  local numbers = self.numbers
  numbers[key] = (numbers[key] or 0) + amount
end

---@param key string
---@param value integer
function Memory:keep_own(key, value)
  self.numbers[key] = value
end

---@return table<string, integer>
function Memory:read()
  local numbers = {}
  for key, value in pairs(self.numbers) do numbers[key] = value end
  return numbers
end

return M
