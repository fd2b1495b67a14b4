--- The waiting tickets with a deadline, in a heap with the nearest deadline first.
---
--- A ticket that is woken early stays in the heap until its turn, or until such tickets are most of the heap.

local M = {}

local FEW = 64

---@class credenco.Sleepers
local Sleepers = {}
Sleepers.__index = Sleepers

---@return credenco.Sleepers
function M.new()
  return setmetatable({ count = 0, over = 0 }, Sleepers)
end

local function move_up(self, at)
  local ticket = self[at]
  while at > 1 do
    local parent = (at - at % 2) / 2
    if self[parent].deadline_ms <= ticket.deadline_ms then break end
    self[at] = self[parent]
    at = parent
  end
  self[at] = ticket
end

local function move_down(self, at)
  local ticket, count = self[at], self.count
  while 2 * at <= count do
    local child = 2 * at
    if child < count and self[child + 1].deadline_ms < self[child].deadline_ms then child = child + 1 end
    if ticket.deadline_ms <= self[child].deadline_ms then break end
    self[at] = self[child]
    at = child
  end
  self[at] = ticket
end

local function remove_nearest(self)
  local count = self.count
  self[1], self[count] = self[count], nil
  self.count = count - 1
  if count > 1 then move_down(self, 1) end
end

--- Adds a ticket.
---@param ticket table
---@param deadline_ms number
function Sleepers:add(ticket, deadline_ms)
  ticket.deadline_ms = deadline_ms
  self.count = self.count + 1
  self[self.count] = ticket
  move_up(self, self.count)
end

local function keep_those_that_sleep(self)
  local count = 0
  for at = 1, self.count do
    local ticket = self[at]
    self[at] = nil
    if not ticket.over then
      count = count + 1
      self[count] = ticket
    end
  end
  self.count, self.over = count, 0
  for at = (count - count % 2) / 2, 1, -1 do move_down(self, at) end
end

--- Takes note that a ticket with a deadline is `over`.
function Sleepers:ended()
  self.over = self.over + 1
  if self.over > FEW and self.over > self.count / 2 then keep_those_that_sleep(self) end
end

--- The nearest deadline, or nil if no task sleeps.
---@return number?
function Sleepers:nearest_ms()
  while self.count > 0 and self[1].over do
    remove_nearest(self)
    self.over = self.over - 1
  end
  return self.count > 0 and self[1].deadline_ms or nil
end

--- Removes the tickets whose time has come, in their order.
---@param now_ms number
---@return table[]? due
function Sleepers:take_due(now_ms)
  local due
  local nearest_ms = self:nearest_ms()
  while nearest_ms and nearest_ms <= now_ms do
    due = due or {}
    due[#due + 1] = self[1]
    self[1].deadline_ms = false
    remove_nearest(self)
    nearest_ms = self:nearest_ms()
  end
  return due
end

return M
