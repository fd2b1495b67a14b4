--- Asks for the status of an issue, once or until it is final.

local api = require "credenco.client.api"
local calls = require "credenco.client.call"
local core = require "credenco.core"
local errors = require "credenco.client.errors"
local loop = require "credenco.loop"
local pause = require "credenco.client.pause"
local trace = require "credenco.base.trace"

local M = {}

local ORIGIN = "^%a+://[^/?#]*"

-- Follows the server's status_uri only on the configured origin, and writes that origin as it is configured: some caches
-- have the origin's text as their key.
local function status_url(self, args)
  local base_url, uri = self.options.base_url, args.status_uri
  if uri and core.same_origin(uri, base_url) then return base_url:match(ORIGIN) .. uri:gsub(ORIGIN, "") end
  return api.url(self.starts, api.issue_status, args.correlation_id)
end

--- Asks for the status once.
---@param self credenco.Client
---@param args { correlation_id: string, status_uri: string? }
---@param timeout_ms integer?
---@param traceparent string?
---@return table? status
---@return credenco.Error? err
function M.ask(self, args, timeout_ms, traceparent)
  local call = calls.new(self, timeout_ms, args.correlation_id, traceparent)
  return call:perform(api.issue_status, status_url(self, args))
end

-- A status may be anything, so an error shows it in the same way as a server's message.
local function shown_status(self, args, status)
  return errors.bounded_detail(status, { self.auth:secrets(), args.offer_uri or "" }) or ""
end

local function issue_failed(code, args, status, message)
  return errors.new {
    code = code, step = "issue_status", correlation_id = args.correlation_id, status = status,
    message = message, sent = code == "timeout" and "unknown" or "rejected", retryable = code == "timeout",
  }
end

--- Asks until the status is final, or until the deadline.
---@param self credenco.Client
---@param args { correlation_id: string, status_uri: string?, offer_uri: string? }
---@param read { timeout_ms: integer, interval_ms: integer, traceparent: string? }
---@return table? status
---@return credenco.Error? err
function M.wait(self, args, read)
  local deadline_ms = loop.now_ms() + read.timeout_ms
  local traceparent = read.traceparent or trace.of_client(self.options.traceparent)
  local last, why
  repeat
    local left_ms = math.max(1, deadline_ms - loop.now_ms())
    local current, err = M.ask(self, args, math.min(left_ms, self.options.timeout_ms), traceparent)
    if not current and not err.retryable then return nil, err end
    last = current and current.status or last
    why = (not why or err and err.code ~= "timeout") and err or why -- the last request has the least time
    local final = current and api.FINAL[last]
    if final == "issued" then return current end
    if final == "failed" then return nil, issue_failed("issue_failed", args, last) end
    pause.wait(self.waiting, math.max(0, math.min(read.interval_ms, deadline_ms - loop.now_ms())))
  until loop.now_ms() >= deadline_ms
  if not last then return nil, why end
  last = shown_status(self, args, last)
  return nil, issue_failed("timeout", args, last,
    ("the issue is not finished within the deadline, its last status was '%s'"):format(last))
end

return M
