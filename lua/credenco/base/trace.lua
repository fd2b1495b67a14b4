--- W3C Trace Context: the header field `traceparent`, which makes a call part of its caller's trace.
---
--- Every attempt of a call sends it. A token request does not, since it serves many calls. `tracestate` is not sent.

local M = {}

local ZERO_TRACE, ZERO_PARENT = ("0"):rep(32), ("0"):rep(16)

-- Version 00 (Trace Context, 3.2.2). A later version may have more fields, so only this form is sent.
local FORM = "^(%x%x)%-(" .. ("%x"):rep(32) .. ")%-(" .. ("%x"):rep(16) .. ")%-%x%x$"

--- Says why a traceparent is not valid, or nil.
---@param value string
---@return string?
function M.problem(value)
  local version, trace, parent = value:match(FORM)
  if not version or value:find "%u" or version == "ff" then
    return "must be a W3C traceparent: version, trace id, parent id and flags in lower-case hex, such as "
      .. "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
  end
  if trace == ZERO_TRACE or parent == ZERO_PARENT then return "must not have a trace id or parent id of zeros" end
end

--- The client's traceparent, for a call without its own. nil if the user's function fails or returns an invalid one.
---@param option string|(fun(): string?)|nil  of the client
---@return string?
function M.of_client(option)
  if type(option) ~= "function" then return option end
  local ok, value = pcall(option)
  if ok and type(value) == "string" and not M.problem(value) then return value end
end

--- The header fields with the traceparent.
---@param headers table<string, string>
---@param traceparent string
---@return table<string, string>
function M.with(headers, traceparent)
  local copy = { traceparent = traceparent }
  for name, value in pairs(headers) do copy[name] = value end
  return copy
end

return M
