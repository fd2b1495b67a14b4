--- Ctrl-C, SIGTERM and a closed terminal (SIGHUP). Before a command sends anything, they end the program. While it
--- waits for a server, the first one ends the request, so that the command can still report what is known; the second
--- ends the program. Commands that work for long use `pipeline/interrupt.lua`.

local core = require "credenco.core"

local unpack = table.unpack or unpack -- luacheck: ignore

local M = {}

local LOOK_MS = 100 -- how often to check for a signal

local said ---@type credenco.cli.Report

--- The message of a program that a signal ends at once.
---@param message string
---@param correlation_id string?
local function last_words(message, correlation_id)
  local id = correlation_id and (" [correlation_id %s]"):format(correlation_id) or ""
  local err = { code = "interrupted", message = message, correlation_id = correlation_id }
  return said:failure_text(err, ("credenco: %s%s"):format(message, id)) .. "\n"
end

--- From now on a signal ends the program.
---@param out credenco.cli.Report
function M.begin(out)
  said = out
  core.signals_listen(last_words "interrupted; nothing was sent", 0)
end

--- The same for a command whose next run looks again at everything that its requests change.
function M.begin_requests()
  core.signals_listen(last_words "interrupted; run the same command again to continue", 0)
end

--- From now on a signal ends the program. Only the rest of its output is lost.
function M.begin_result()
  core.signals_listen(last_words "interrupted; the work was done, and its result is not written", 0)
end

-- Nobody else closes the client of a command.
local function renamed(err)
  local errors = require "credenco.client.errors"
  local offer = err:offer()
  err = errors.with(err, { code = "interrupted", message = "interrupted" })
  if offer then errors.keep_offer(err, offer) end
  return err
end

local function outcome_of(ok, result, err)
  if ok and err and err.code == "closed" then err = renamed(err) end
  return ok, result, err
end

--- Calls a function with a client, as pcall does. A signal closes the client, and the call fails with `interrupted`.
---@param correlation_id string? for the message if the program has to end at once
---@param client credenco.Client
---@param work function such as one of the client's methods
---@param ... any further arguments
---@return boolean ok
---@return any result
---@return credenco.Error? err
function M.call(correlation_id, client, work, ...)
  local loop = require "credenco.loop" -- only now, so that the command that needs a missing rock names it
  core.signals_listen(last_words("interrupted; requests in flight may have been done", correlation_id), 1)
  local outcome
  loop.spawn(function(...) outcome = { outcome_of(pcall(work, client, ...)) } end, ...)
  while not outcome do
    loop.turn(LOOK_MS)
    if core.signals_count() > 0 and not client.closed then client:close() end
  end
  return unpack(outcome, 1, 3)
end

return M
