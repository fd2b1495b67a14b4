--- W3C Trace Context: the header `traceparent`, by which a call belongs to a trace of its caller's.
---
--- It goes with every request of a call, also with each repeat. A token is fetched for many calls at once and belongs to
--- none of their traces. `tracestate` is not sent.

local M = {}

local ZERO_TRACE, ZERO_PARENT = ("0"):rep(32), ("0"):rep(16)

-- Of version 00 (Trace Context, 3.2.2); a later one that has more fields is read as far as that, so it is not made here.
local FORM = "^(%x%x)%-(" .. ("%x"):rep(32) .. ")%-(" .. ("%x"):rep(16) .. ")%-%x%x$"

--- What is wrong with a traceparent, or nil.
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

--- That of a call which has none of its own. One that a function gives wrongly, or fails to give, is not sent.
---@param option string|(fun(): string?)|nil  of the client
---@return string?
function M.of_client(option)
  if type(option) ~= "function" then return option end
  local ok, value = pcall(option)
  if ok and type(value) == "string" and not M.problem(value) then return value end
end

--- Headers with it.
---@param headers table<string, string>
---@param traceparent string
---@return table<string, string>
function M.with(headers, traceparent)
  local copy = { traceparent = traceparent }
  for name, value in pairs(headers) do copy[name] = value end
  return copy
end

return M
