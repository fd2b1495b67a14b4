--- A bounded number of places, taken in order of arrival.

local fifo = require "credenco.base.fifo"
local loop = require "credenco.loop"

local M = {}

---@class credenco.pipeline.Slots
---@field free integer
---@field limit integer
---@field private waiting credenco.Fifo
local Slots = {}
Slots.__index = Slots

---@param limit integer
---@return credenco.pipeline.Slots
function M.new(limit)
  return setmetatable({ free = limit, limit = limit, waiting = fifo.new() }, Slots)
end

--- Takes a place, and waits for one if there is none.
function Slots:take()
  if self.free > 0 and self.waiting:is_empty() then
    self.free = self.free - 1
    return
  end
  local ticket = loop.self()
  self.waiting:push(ticket)
  loop.wait(ticket)
end

-- One loop gives out places, including those that are given back meanwhile. If each task were woken from inside the one
-- before it, a row of instant failures would nest until the stack is full.
function Slots:hand_out()
  if self.handing_out then return end
  self.handing_out = true
  while self.free > 0 and not self.waiting:is_empty() do
    self.free = self.free - 1
    loop.wake(self.waiting:pop())
  end
  self.handing_out = false
end

--- Gives a place back. The task that has waited longest gets it.
function Slots:give()
  self.free = self.free + 1
  if not self.waiting:is_empty() then self:hand_out() end
end

return M
