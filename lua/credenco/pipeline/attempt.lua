--- The three requests of a record, each repeated as often as makes sense: within the shared number of requests in
--- flight, at the pace of the throttle, with the waits that the server asks for, until the run stops.

local core = require "credenco.core"
local jobs = require "credenco.pipeline.job"
local loop = require "credenco.loop"
local outcome = require "credenco.pipeline.outcome"
local throttle = require "credenco.pipeline.throttle"

local M = {}

local FIRST_WAIT_MS, LONGEST_WAIT_MS = 200, 10000

-- Responses without a status: the issuer does not know the id any more, or the role is missing.
local function of_status_error(err)
  local verdict = outcome.of_create(err)
  if err.code == "forbidden" then return "fail" end
  return verdict
end

-- The three requests, and the meaning of their errors. `prepare` has checked the arguments.
-- An offer's life begins with the attempt to create it, after the wait for a turn. If the response to one attempt was
-- lost, the next may give the offer that was created then.
local CREATE = { step = "create_offer", judge = outcome.of_create,
  send = function(client, job) return client:create_checked_offer(job) end,
  begin = function(job) job.made_ms = job.lost_ms or core.uptime_ms() end,
  lost = function(job) job.lost_ms = job.made_ms end }
-- Counts all attempts to deliver an offer, whatever happened between them.
local PUSH = { step = "push_offer", judge = outcome.of_push, counted_in = "pushes",
  send = function(client, job)
    return client:push_checked_offer(job.wallet_key, job.offer, job.delivery == "direct")
  end }
local STATUS = { step = "issue_status", judge = of_status_error,
  send = function(client, job) return client:issue_status(job.correlation_id) end }

-- The client throws for a request that can never be sent. Here a record is the reason.
local function protected(client, kind, job)
  local ok, result, err = pcall(kind.send, client, job)
  if ok then return result, err end
  local message = tostring(result):gsub("^.-:%d+: ", "")
  return nil, { code = "invalid_argument", message = message, sent = "no", step = kind.step, attempts = 0 }
end

-- A server that refuses a request works.
local function note_reach(run, result, err)
  if not result and outcome.is_outage(err) then
    run.outage:seen(loop.now_ms())
    if run.outage:is_long(loop.now_ms()) then run:stop("outage", err) end
  elseif result or err.http_status then
    run.outage:over()
  end
end

-- Gives neither result nor error if the run stopped before an offer was asked for: a record that waits for its turn is
-- not in flight yet. A record with an offer is.
local function request(run, kind, job)
  run.bounds.requests:take()
  if run.stopping and kind == CREATE then return run.bounds.requests:give() end
  if kind.begin then kind.begin(job) end
  local result, err = protected(run.sender, kind, job)
  if kind.lost and err and err.sent == "unknown" then kind.lost(job) end
  run.bounds.requests:give()
  run.writer:nudge()
  note_reach(run, result, err)
  return result, err
end

-- Sleeps before the next attempt, at least as long as the server asked (Retry-After, RFC 9110, 10.2.3). Meanwhile another
-- record has its place, if it had one.
local function wait_before(run, job, tries, asked_ms)
  local longest = math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ^ (tries - 1))
  local ms = math.max(longest * (0.5 + core.random() / 2), math.min(asked_ms or 0, throttle.LONGEST_PAUSE_MS))
  if job.place ~= "working" or not run.scheduler:can_lend() then return run:sleep(ms) end
  jobs.advance(run, job, "pause")
  local go_on = run:sleep(ms)
  jobs.advance(run, job, "resume")
  return go_on
end

local function slow_down(run, err)
  run:slow_down(err.retry_after_ms)
  return run:sleep_until(run.throttle.pause_until_ms)
end

-- Sends until there is a response or no attempt is left.
local function persist(run, job, kind)
  local tries = kind.counted_in and job[kind.counted_in] or 0
  while true do
    local result, err = request(run, kind, job)
    if result then return result end
    if not err then return nil, nil, "left open" end
    local verdict = kind.judge(err)
    if verdict == "again" or verdict == "ask" then tries = tries + 1 end
    if kind.counted_in then job[kind.counted_in] = tries end
    if verdict == "fail" or verdict == "ask" then return nil, err, verdict end
    if verdict == "stop" then run:stop("refused", err) end
    if run.stopping then return nil, err, "left open" end
    if verdict == "again" and tries >= run.options.attempts and not run.outage:is_on() then return nil, err, "fail" end
    local go_on = verdict == "slower" and slow_down(run, err)
      or verdict == "again" and wait_before(run, job, tries, err.retry_after_ms)
    if not go_on then return nil, err, "left open" end
  end
end

--- Creates the record's offer.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@return string? offer_uri
---@return credenco.Error? err
---@return "fail"|"left open"|nil verdict
function M.create_offer(run, job)
  if not run:wait_for_turn() then return nil, nil, "left open" end
  return persist(run, job, CREATE)
end

--- Delivers the record's offer. "ask": the wallet may have it.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@return table? pushed
---@return credenco.Error? err
---@return "fail"|"ask"|"left open"|nil verdict
function M.push_offer(run, job)
  return persist(run, job, PUSH)
end

--- Asks for the record's status. If the issuer does not know the id, or does not tell, the result has no status.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@return { status?: string, revocation_uuid?: string, not_known?: boolean }? result nil if the run stops first
function M.status(run, job)
  local result, err, verdict = persist(run, job, STATUS)
  if result then return result end
  if verdict == "fail" then return { not_known = err.code == "not_found" } end
end

--- Asks for a status with one request, for no record in particular.
---@param run credenco.pipeline.Run
---@param correlation_id string
---@return { status?: string }?
---@return table? err
function M.ask_once(run, correlation_id)
  return protected(run.sender, STATUS, { correlation_id = correlation_id })
end

--- Waits before it asks again about a delivery whose response was lost.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@return boolean go_on
function M.wait_before_repeat(run, job)
  return wait_before(run, job, job.pushes)
end

--- An error's message, with the server's own if there is one.
---@param err table
---@return string
function M.message_of(err)
  return err.detail and ("%s: %s"):format(err.message, err.detail) or err.message
end

return M
