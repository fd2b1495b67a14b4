--- A queue: first in, first out.

local M = {}

---@class credenco.Fifo
---@field private first integer
---@field private last integer
local Fifo = {}
Fifo.__index = Fifo

---@return credenco.Fifo
function M.new()
  return setmetatable({ first = 1, last = 0 }, Fifo)
end

---@param item any not nil
function Fifo:push(item)
  self.last = self.last + 1
  self[self.last] = item
end

--- Takes the oldest item; nil if there is none.
---@return any
function Fifo:pop()
  local item = self[self.first]
  if item == nil then return nil end
  self[self.first] = nil
  self.first = self.first + 1
  if self.first > self.last then self.first, self.last = 1, 0 end -- keys that only grow would make Lua rehash the table
  return item
end

---@return integer
function Fifo:count()
  return self.last - self.first + 1
end

---@return boolean
function Fifo:is_empty()
  return self.first > self.last
end

return M
