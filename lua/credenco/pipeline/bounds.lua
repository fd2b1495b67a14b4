--- The bounds of a run's work: requests in flight, room for records, and records that wait for a final status, which
--- need no room.

local loop = require "credenco.loop"
local slots = require "credenco.journal.slots"

local M = {}

-- Records at work for each request in flight. The others wait for the disk, for the end of a pause, or for a status.
local WORK_PER_REQUEST = 24
local POLLS = 2000

---@class credenco.pipeline.Bounds
---@field requests credenco.pipeline.Slots
---@field polls credenco.pipeline.Slots
---@field begun integer records that have begun and not ended
---@field working integer those of them that take up room
---@field most_working integer
local Bounds = {}
Bounds.__index = Bounds

---@param concurrency integer requests in flight
---@return credenco.pipeline.Bounds
function M.new(concurrency)
  return setmetatable({ requests = slots.new(concurrency), polls = slots.new(POLLS), begun = 0, working = 0,
    most_working = concurrency * WORK_PER_REQUEST }, Bounds)
end

--- Whether the network has little to do.
---@return boolean
function Bounds:is_idle()
  return self.requests.free > self.requests.limit / 2
end

--- Waits until at most half of the room is taken.
---@return integer room how many more records there is room for
function Bounds:wait_for_room()
  if self.working > self.most_working / 2 then
    self.room_wanted = loop.self()
    loop.wait(self.room_wanted)
  end
  return self.most_working - self.working
end

-- Lets the task that waits under a name continue.
function Bounds:wake(name)
  local ticket = self[name]
  self[name] = nil
  loop.wake(ticket)
end

--- Takes up room for a record. For a new record, the caller has waited for room.
function Bounds:enter()
  self.working = self.working + 1
end

--- Gives up a record's room.
function Bounds:leave()
  self.working = self.working - 1
  if self.room_wanted and self.working <= self.most_working / 2 then self:wake "room_wanted" end
end

--- Counts a record that begins.
function Bounds:begin()
  self.begun = self.begun + 1
end

--- Counts a record that ends.
function Bounds:finish()
  self.begun = self.begun - 1
  if self.all_wanted and self.begun == 0 then self:wake "all_wanted" end
end

--- Waits until all records that have begun have ended.
function Bounds:wait_for_all()
  if self.begun == 0 then return end
  self.all_wanted = loop.self()
  loop.wait(self.all_wanted)
end

return M
