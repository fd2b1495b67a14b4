--- Turns, for many workers on few processors. Each switch from one busy worker to another fills the processor's caches
--- anew: on two processors, 16 workers issued half as many records a second as two. A workflow has a turn for each
--- processor of a machine. A worker that waits for a processor longer than it runs takes records only while it has a
--- turn. It keeps the turn as long as it needs a processor: the first records of another worker cost about a second,
--- since its code is not compiled yet, and its connections to the server are new. A worker that waits for the network
--- needs no turn.

local core = require "credenco.core"
local loop = require "credenco.loop"
local uv = require "luv"

local M = {}

-- A worker that has a turn checks so often whether it still needs a processor.
local CHECK_MS = 1000
-- A worker that needs a processor for a smaller part of the time waits for the network.
local SHARE_OF_TIME = 0.25
-- The time between two attempts to take a turn. Each attempt costs a transaction, and every waiting worker makes them.
local SHORTEST_LOOK_MS, LONGEST_LOOK_MS = 200, 600
-- After so many attempts, some five minutes, a worker continues without a turn: the workers that have one may hang.
local MOST_LOOKS = 750

--- How long this thread has run, and how long it has waited for a processor, since it began. Both are 0 on a system
--- other than Linux, and then nobody needs a turn.
---@return number ran_ns
---@return number waited_ns
function M.processor_times()
  local file = io.open "/proc/self/schedstat"
  if not file then return 0, 0 end
  local ran, waited = file:read("*a"):match "^(%d+) (%d+)"
  file:close()
  return tonumber(ran) or 0, tonumber(waited) or 0
end

-- The name of this machine. Machines may have the same host name, and containers on one machine have different ones.
local function machine()
  local file = io.open "/proc/sys/kernel/random/boot_id"
  if not file then return uv.os_gethostname() end
  local boot = file:read "*l"
  file:close()
  return boot
end

--- The name of a workflow's turns on this machine.
---@param workflow string its name
---@return string
function M.name(workflow)
  return machine() .. " " .. workflow
end

---@class credenco.pipeline.Turns
---@field db credenco.journal.Database
---@field workflow string
---@field name? string of the turns that it may have, once it has asked for one
---@field turn? integer the one that this worker has
---@field is_waiting? boolean for a turn
---@field check_ms number when this worker checks next whether it still needs it
---@field ran_ns number
---@field waited_ns number
local Turns = {}
Turns.__index = Turns

---@param db credenco.journal.Database
---@param workflow string its name
---@return credenco.pipeline.Turns
function M.new(db, workflow)
  return setmetatable({ db = db, workflow = workflow, ran_ns = 0, waited_ns = 0 }, Turns)
end

-- How long this worker has run, and has waited for a processor, since the last call.
function Turns:spent()
  local ran_ns, waited_ns = M.processor_times()
  local ran, waited = ran_ns - self.ran_ns, waited_ns - self.waited_ns
  self.ran_ns, self.waited_ns = ran_ns, waited_ns
  return ran, waited
end

function Turns:is_starved()
  local ran_ns, waited_ns = self:spent()
  return waited_ns > ran_ns
end

-- Takes a turn if one is free.
function Turns:try(run)
  self.name = self.name or M.name(self.workflow)
  local turn, err = self.db.dialect.take_turn(self.db, self.name, uv.available_parallelism())
  if turn == nil then run:journal_failed(err) end
  self.turn = turn or nil
end

-- False if the run stops.
local function look_for_turn(self, run)
  for _ = 1, MOST_LOOKS do
    self:try(run)
    if self.turn then break end
    if not run:sleep(SHORTEST_LOOK_MS + core.random() * (LONGEST_LOOK_MS - SHORTEST_LOOK_MS)) then return false end
  end
  return true
end

local function wait_for_turn(self, run)
  self.is_waiting = true
  local go_on = look_for_turn(self, run)
  self.is_waiting = false
  if not go_on then return end
  self.check_ms = loop.now_ms() + CHECK_MS
  self:spent() -- what it waited before its turn does not count
end

-- Whether it still needs a processor.
function Turns:is_busy(now_ms)
  local ran_ns, waited_ns = self:spent()
  local elapsed_ms = now_ms - self.check_ms + CHECK_MS
  self.check_ms = now_ms + CHECK_MS
  return ran_ns + waited_ns >= SHARE_OF_TIME * elapsed_ms * 1e6
end

--- Waits until this worker may take records. In a file there is only one worker.
---@param run credenco.pipeline.Run
---@return boolean go_on false if the run stops
function Turns:wait(run)
  if self.db.dialect.shared and not self.turn and self:is_starved() then wait_for_turn(self, run) end
  return not run.stopping
end

--- Gives the turn to another worker, if this one has one.
---@param run credenco.pipeline.Run
function Turns:give(run)
  if not self.turn then return end
  local ok, err = self.db.dialect.give_turn(self.db, self.name, self.turn)
  self.turn = nil
  if not ok then run:journal_failed(err) end
end

--- Ends a turn that this worker no longer needs: its run may pause for minutes.
---@param run credenco.pipeline.Run calls it several times a second
function Turns:review(run)
  local now_ms = loop.now_ms()
  if self.turn and now_ms >= self.check_ms and not self:is_busy(now_ms) then self:give(run) end
end

return M
