--- What bounds the work of a run: requests in flight, records at work, and records whose status is asked for until it is
--- final. A record that waits for its status is not at work.

local loop = require "credenco.loop"
local slots = require "credenco.pipeline.slots"

local M = {}

-- Records that may be at work for each request in flight. The rest wait for the disk, for a pause to end, or to be
-- asked for.
local WORK_PER_REQUEST = 24
local POLLS = 2000

---@class credenco.pipeline.Bounds
---@field requests credenco.pipeline.Slots
---@field polls credenco.pipeline.Slots
---@field working integer records at work
---@field most_working integer
local Bounds = {}
Bounds.__index = Bounds

---@param concurrency integer requests in flight
---@return credenco.pipeline.Bounds
function M.new(concurrency)
  return setmetatable({ requests = slots.new(concurrency), polls = slots.new(POLLS), working = 0,
    most_working = concurrency * WORK_PER_REQUEST }, Bounds)
end

--- Whether the network has little to do.
---@return boolean
function Bounds:is_idle()
  return self.requests.free > self.requests.limit / 2
end

--- Waits until at most half of the records that may be at work are.
---@return integer room how many more may be
function Bounds:wait_for_room()
  if self.working > self.most_working / 2 then
    self.room_wanted = loop.self()
    loop.wait(self.room_wanted)
  end
  return self.most_working - self.working
end

--- Counts a record among those at work. Whoever brings one has waited for room.
---@param job credenco.pipeline.Job
function Bounds:enter(job)
  job.at_work, self.working = true, self.working + 1
end

--- Gives up a record's place among those at work, if it has one.
---@param job credenco.pipeline.Job
function Bounds:leave(job)
  if not job.at_work then return end
  job.at_work = nil
  self.working = self.working - 1
  local ticket = self.room_wanted
  if ticket and self.working <= self.most_working / 2 then
    self.room_wanted = nil
    loop.wake(ticket)
  end
end

return M
