--- A run: the state that its records share, and how it ends. `credenco.pipeline.job` has the place of each record.

local alike = require "credenco.pipeline.alike"
local bounds = require "credenco.pipeline.bounds"
local counts = require "credenco.pipeline.counts"
local drained = require "credenco.journal.drained"
local forbidden = require "credenco.base.forbidden"
local issue = require "credenco.pipeline.lifecycle"
local jobs = require "credenco.pipeline.job"
local loop = require "credenco.loop"
local outage = require "credenco.pipeline.outage"
local scheduler = require "credenco.pipeline.scheduler"
local throttle = require "credenco.pipeline.throttle"
local turns = require "credenco.pipeline.turns"
local workers = require "credenco.journal.workers"

local M = {}

-- Below this number a percentage of failures says little.
local SAMPLE = 50

--- A run in progress.
---@class credenco.pipeline.Run
---@field workflow credenco.Workflow
---@field client credenco.Client for the workflow's functions
---@field sender credenco.Client the same, with one attempt for each request
---@field db credenco.journal.Database
---@field writer credenco.journal.Writer
---@field scope credenco.journal.Scope
---@field drained? boolean at its end, no record was open
---@field found_drained? boolean it was the first of the workers to find that
---@field id? integer number of the reading of the source
---@field source? credenco.pipeline.Source
---@field has_read? boolean the source has no more lines, or the run reads no more
---@field resumed table<string, boolean> keys of records at work that came from the journal
---@field asks_first? boolean the issuer may know any record from another journal
---@field expected? "known"|"done" what the next lines probably are, like the last ones; nil: new
---@field bounds credenco.pipeline.Bounds
---@field turns credenco.pipeline.Turns
---@field works boolean false for `load`, which only fills the queue
---@field stopping? "interrupted"|"failures"|"alike"|"refused"|"outage"|"journal"|"source" why it starts nothing new
---@field stop_error? table
---@field problem? any error of a caller's function
---@field taken_for_dead? boolean the records at work belong to a name that this worker no longer has
local Run = {}
Run.__index = Run

local function new_scheduler(self)
  return scheduler.new(self.options.concurrency, function(job) issue.record(self, job) end)
end

---@param fields table workflow, client, journal, scope, works, shares_rate, options, on_warning
---@return credenco.pipeline.Run
function M.new(fields)
  local options, client = fields.options, fields.client
  local bounding = bounds.new(options.concurrency)
  local writer = fields.journal:writer(fields.scope)
  writer.is_idle = function() return bounding:is_idle() end
  writer:fit_into(options.offer_lifetime_ms)
  local self = setmetatable({
    workflow = fields.workflow,
    client = client and forbidden.kept_open(client), sender = client and client:without_retries(),
    journal = fields.journal, db = fields.journal.db,
    scope = fields.scope, writer = writer, works = fields.works, options = options,
    share = fields.shares_rate and { left = 0 } or nil, on_warning = fields.on_warning,
    warned = {}, decoders = {}, queues = {}, alike = {}, sleepers = {}, resumed = {},
    counts = counts.new(), throttle = throttle.new(options.per_s), outage = outage.new(options.patience_ms),
    bounds = bounding, turns = turns.new(fields.journal.db, fields.workflow.name),
  }, Run)
  self.scheduler = new_scheduler(self)
  writer.on_kept = function(job, written) issue.kept(self, job, written) end
  return self
end

-- Waiting -----------------------------------------------------------------------------------------

--- Sleeps until a moment, or until the run stops.
---@param moment_ms number
---@return boolean go_on false if the run stops
function Run:sleep_until(moment_ms)
  if moment_ms <= loop.now_ms() then return not self.stopping end
  if self.stopping then return false end
  local ticket = loop.self()
  self.sleepers[ticket] = true
  loop.wait(ticket, moment_ms)
  self.sleepers[ticket] = nil
  return not self.stopping
end

---@param ms number
---@return boolean go_on
function Run:sleep(ms)
  return self:sleep_until(loop.now_ms() + ms)
end

--- Stops the run: it starts no more records, and those at work continue to their next safe place. Only the first call
--- counts.
---@param why "interrupted"|"failures"|"alike"|"refused"|"outage"|"journal"|"source" the result has it as `stopped`
---@param err? { code: string, message: string } the reason, for the result
function Run:stop(why, err)
  if self.stopping then return end
  self.stopping, self.stop_error = why, err
  local sleepers = self.sleepers
  self.sleepers = {}
  for ticket in pairs(sleepers) do loop.wake(ticket) end
  for job in self.scheduler.take_back, self.scheduler do jobs.advance(self, job, "leave") end
  if self.source and self.source.bytes then self.source.bytes:cancel() end
end

-- The part of a shared rate that a worker takes at once: a quarter of a second.
local SHARE_S = 0.25

-- The next start at the rate that all workers of a journal share.
function Run:shared_moment(now_ms)
  local per_s, share = self.options.per_s, self.share
  if share.left == 0 then
    share.left = math.max(1, math.floor(per_s * SHARE_S))
    local until_s, err = workers.reserve(self.db, self.workflow.name, share.left / per_s)
    if not until_s then
      self:journal_failed(err)
      return now_ms
    end
    share.next_ms = now_ms + (until_s - share.left / per_s) * 1000
  end
  share.left = share.left - 1
  share.next_ms = share.next_ms + 1000 / per_s
  return share.next_ms
end

--- Waits until the next record may start.
---@return boolean go_on
function Run:wait_for_turn()
  local now_ms = loop.now_ms()
  local moment_ms = self.throttle:reserve(now_ms)
  if self.share then moment_ms = math.max(moment_ms, self:shared_moment(now_ms)) end
  return self:sleep_until(moment_ms)
end

--- The owner of the records that the run adds: this worker, or nobody if the run only fills the queue.
---@return string?
function Run:adding_owner()
  return self.works and self.scope.owner or nil
end

-- For all records -----------------------------------------------------------------------------------

-- The common reason of the first records' failure.
local ALIKE = "the first %d records all failed alike, with %s at %s: %s"

-- Stops the run if the first records all failed alike.
function Run:check_first_records()
  local reason = self.works and not self.options.keep_going and self.counts.alike.reason
  if not reason then return end
  self:stop("alike", { code = "alike", message = ALIKE:format(
    alike.FIRST, reason.code, reason.step, reason.message or "no message") })
end

--- Stops the run if more records failed than it may have, or if the first ones all failed alike.
function Run:check_failures()
  self:check_first_records()
  local most = self.options.max_failures
  if not most then return end
  local done = self.counts:done()
  local failed = self.counts.failed + self.counts.unknown
  local over
  if most.share then
    over = done >= SAMPLE and failed > most.share * done
  else
    over = failed > most.count
  end
  if not over then return end
  local limit = most.share and ("%g%% of %d"):format(most.share * 100, done) or ("%d"):format(most.count)
  self:stop("failures", { code = "failures", message = ("%d failed or are unknown in this run, more than %s"):format(
    failed, limit) })
end

--- After a 429: all records pause, and continue at a lower rate.
---@param retry_after_ms? number
function Run:slow_down(retry_after_ms)
  local before = self.throttle.refusals
  local pause_ms = self.throttle:refused(loop.now_ms(), retry_after_ms)
  if not self.share or self.throttle.refusals == before then return end
  local ok, err = workers.pause(self.db, self.workflow.name, pause_ms / 1000)
  if not ok then self:journal_failed(err) end
end

--- Calls a function of the caller, outside the records' tasks. Its error ends the run, and is thrown again when nothing
--- is in flight any more.
---@return boolean told false if the function threw, now or before, or returned false
function Run:tell(fn, ...)
  if not fn then return true end
  if self.problem then return false end
  local ok, said = xpcall(fn, debug.traceback, ...)
  if ok then return said ~= false end
  self.problem = said
  self:stop "source"
  return false
end

--- Gives a warning once.
---@param message string
function Run:warn(message)
  if self.warned[message] then return end
  self.warned[message] = true
  self:tell(self.on_warning, message)
end

--- Reports the progress.
function Run:tick()
  self:tell(self.options.on_tick, self)
end

-- Whether the run ever had a record, also one that another worker has now.
function Run:had_records()
  return self.bounds.begun + self.counts:done() + self.counts.open > 0
end

--- Whether this worker may end, since another one has found nothing open. It may not if it had a record itself, or has
--- read a source, which takes long: it looks itself then.
---@return boolean
function Run:is_drained()
  if not self.journal.shared or self.source or self:had_records() then return false end
  local is, err = drained.since(self.db, self.scope)
  if is == nil then self:journal_failed(err) end
  return is == true
end

--- Tells the other workers that nothing is open. In a file there are no others.
---@param looked_at string
---@return boolean ok
function Run:note_drained(looked_at)
  if not self.journal.shared then return true end
  local first, err = drained.note(self.db, self.scope, looked_at)
  if first == nil then self:journal_failed(err) end
  self.found_drained = first
  return first ~= nil
end

--- Frees the records of dead workers.
---@param all? boolean see `credenco.journal.workers.bury`
---@return boolean ok
function Run:bury_the_dead(all)
  local ok, err = workers.bury(self.db, self.scope, all)
  if not ok then self:journal_failed(err) end
  return ok == true
end

--- Stops the run, because the journal can no longer be used.
---@param err string
function Run:journal_failed(err)
  self.writer.failure = self.writer.failure or err
  self:stop("journal", { code = "journal", message = err })
end

--- Continues under a new name after another worker took this one for dead. The records at work may now be the other's,
--- and no statement under the new name changes them.
---@return boolean ok
function Run:join_again()
  local scope, err = self.journal:join(self.workflow, self.works)
  if scope then
    self.scope.owner, self.taken_for_dead = scope.owner, true
  else
    self:journal_failed(err)
  end
  return scope ~= nil
end

-- A worker that waits for a turn has little to report, and whatever it does costs the busy ones a part of their caches.
local WAITING_WATCH_MS = 1000

--- The time until the next look at the run.
---@return number ms
function Run:watch_interval_ms()
  local ms = self.options.watch_ms
  return self.turns.is_waiting and math.max(ms, WAITING_WATCH_MS) or ms
end

--- Renews the lease during the run, ends its turns, and notices if the journal's file is gone.
function Run:watch()
  local every_ms = workers.LEASE_S * 1000 / 3
  local next_ms = loop.now_ms() + every_ms
  loop.sleep(self:watch_interval_ms())
  while not self.over do
    if self.writer.failure then return self:stop("journal", { code = "journal", message = self.writer.failure }) end
    self:tick()
    self.turns:review(self)
    if loop.now_ms() >= next_ms then
      next_ms = loop.now_ms() + every_ms
      local renewed, err = workers.renew(self.db, self.scope.owner)
      if not renewed then return self:journal_failed(err) end
      if renewed == 0 and not self:join_again() then return end
    end
    loop.sleep(self:watch_interval_ms())
  end
end

return M
