--- A bounded queue in a shared dictionary of nginx. All workers share it, and it survives a reload and the death of a
--- worker.
---
--- It is a ring of slots. An item stays in its slot until it is done. A worker on an item holds a lease on the slot,
--- which it renews during the work and which expires soon after the worker dies. So an item may be worked on twice, but
--- is never lost. The order is not kept.
---
--- A full dictionary drops old values for new ones, except in its safe_ methods and when a value keeps its size. So
--- this module uses nothing else.

local core = require "credenco.core"
local loop = require "credenco.loop"

local M = {}

local LEASE_S = 5
local LEASE_RENEWED_MS = 1000

-- Items leave this much free for leases: two pages, with thirty leases each.
local SPARE_BYTES = 8192

---@class credenco.Queue
---@field dict table
---@field size integer   the number of slots to fill
---@field slots integer  the number of slots to look at: before a reload it may have been larger
local Queue = {}
Queue.__index = Queue

--- @param dict table
--- @param size integer
--- @return credenco.Queue
function M.new(dict, size)
  local slots = math.max(size, dict:get "slots" or 0)
  dict:safe_set("slots", slots)
  return setmetatable({ dict = dict, size = size, slots = slots }, Queue)
end

local function slot_key(slot) return "slot " .. slot end
local function lease_key(slot) return "lease " .. slot end
local function tries_key(slot) return "tries " .. slot end

--- Puts an item into the queue; nil if there is no room.
---@param item string
---@return boolean? ok
function Queue:put(item)
  if self.dict:free_space() < #item + SPARE_BYTES then return nil end
  local first = self.dict:incr("next slot", 1, 0)
  for i = 0, self.size - 1 do
    local slot = (first + i) % self.size
    local added, problem = self.dict:safe_add(slot_key(slot), item)
    if added then
      self.dict:safe_add(tries_key(slot), 0)
      return true
    end
    if problem ~= "exists" then return nil end
  end
end

---@class credenco.Job  a leased item
---@field item string
---@field slot integer
---@field lease string  the value of the slot's lease while it is ours

--- Whether the job still holds the lease.
---@param job credenco.Job
---@return boolean
function Queue:owns(job)
  return self.dict:get(lease_key(job.slot)) == job.lease
end

--- A free item, leased to the caller; nil if there is none.
---@return credenco.Job?
function Queue:take()
  local dict, lease = self.dict, core.uuid()
  for slot = 0, self.slots - 1 do
    if dict:get(slot_key(slot)) and dict:safe_add(lease_key(slot), lease, LEASE_S) then
      local item = dict:get(slot_key(slot)) -- it may have been done before the lease
      if item then return { item = item, slot = slot, lease = lease } end
      dict:delete(lease_key(slot))
    end
  end
end

--- Renews the lease until `job.done`.
---@param job credenco.Job
function Queue:hold(job)
  while not job.done and self:owns(job) do
    self.dict:expire(lease_key(job.slot), LEASE_S)
    loop.sleep(LEASE_RENEWED_MS)
  end
end

--- The item is done. Does nothing if the lease was lost, since the slot may have another item.
---@param job credenco.Job
function Queue:finish(job)
  if not self:owns(job) then return end
  self.dict:delete(tries_key(job.slot))
  self.dict:delete(slot_key(job.slot))
  self.dict:delete(lease_key(job.slot))
end

--- Counts a failure of an item.
---@param job credenco.Job
---@return integer failures
function Queue:count_failure(job)
  return self.dict:incr(tries_key(job.slot), 1) or 1
end

--- Leaves an item alone for a time: the lease stays, and nobody renews it.
---@param job credenco.Job
---@param delay_s number
function Queue:postpone(job, delay_s)
  if self:owns(job) then self.dict:expire(lease_key(job.slot), delay_s) end
end

---@return integer items
function Queue:length()
  local count = 0
  for slot = 0, self.slots - 1 do
    if self.dict:get(slot_key(slot)) then count = count + 1 end
  end
  return count
end

return M
