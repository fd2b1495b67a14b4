--- `--verbose`: writes every request, response and wait to stderr as it happens.
local core = require "credenco.core"

local M = {}

local SAID = {
  request = function() return "request" end,
  response = function(event) return ("HTTP %d after %d ms"):format(event.http_status, event.elapsed_ms) end,
  lost = function(event)
    return ("no response after %d ms: %s, sent %s"):format(event.elapsed_ms, event.code, event.sent)
  end,
  -- the command reports `failed`
  wait = function(event) return ("waits %d ms before the next attempt"):format(event.wait_ms) end,
}

--- A listener for `on_event`.
---@param out credenco.cli.Report
---@return fun(event: credenco.Event)
function M.listener(out)
  local began_ms = core.now_ms()
  return function(event)
    if not SAID[event.type] then return end
    local id = event.correlation_id and (" [correlation_id %s]"):format(event.correlation_id) or ""
    local at_s = (core.now_ms() - began_ms) / 1000
    out:event(event, ("credenco: %.3f s: %s: %s%s"):format(at_s, event.step, SAID[event.type](event), id))
  end
end

return M
