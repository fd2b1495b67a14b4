-- Watches a client while it is measured, as `credenco run --metrics FILE --log FILE` does.
local event_log = require "credenco.cli.event_log"
local listeners = require "credenco.base.listeners"
local metrics = require "credenco.metrics"

local M = {}

-- A log that is removed at once: its lines are written, and the disk does not fill.
local function log()
  local path = os.tmpname()
  local on_event = event_log.open(path)
  os.remove(path)
  return on_event
end

--- The listener for `on_event`; nil for none.
---@param what "metrics"|"log"|nil  log: metrics and the log
---@return fun(event: credenco.Event)?
function M.listener(what)
  if not what then return nil end
  local counted = metrics.new().on_event
  return what == "log" and listeners.both(counted, log()) or counted
end

return M
