--- The metrics of `credenco.metrics`, each once: its name, its type, its line of help.
---
--- Counts are whole numbers; times are kept in milliseconds and written in seconds, the base unit.

---@class credenco.metrics.Family
---@field name string
---@field type "counter"|"gauge"|"histogram"
---@field help string
---@field bounds_ms integer[]?  histogram: the upper bounds of its buckets, rising
---@field in_ms boolean?        counter: its value is a time

local M = {}

-- From a local server to the deadline of a call.
local BOUNDS_MS = { 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000 }

M.BUILD_INFO = { name = "credenco_build_info", type = "gauge", help = "The version of credenco, as a label; always 1." }

M.CALLS = {
  name = "credenco_calls_total", type = "counter",
  help = "Calls by step, code (ok, or the code of the error) and sent (whether the server can have acted).",
}
M.REQUESTS = {
  name = "credenco_requests_total", type = "counter",
  help = "HTTP requests by step and code (the status, or why there is no response).",
}
M.REQUEST_SECONDS = {
  name = "credenco_request_duration_seconds", type = "histogram", bounds_ms = BOUNDS_MS,
  help = "Duration of HTTP requests until their response or loss.",
}
M.IN_FLIGHT = { name = "credenco_requests_in_flight", type = "gauge", help = "HTTP requests without a response yet." }
M.ABANDONED = {
  name = "credenco_abandoned_total", type = "counter",
  help = "HTTP requests whose caller was gone when they ended (nginx).",
}
M.WAIT_SECONDS = {
  name = "credenco_wait_seconds_total", type = "counter", in_ms = true,
  help = "Time that calls waited before they sent a request again.",
}
M.LOST = {
  name = "credenco_metrics_lost_total", type = "counter",
  help = "Changes of metrics that the shared dictionary had no room for.",
}

--- In the order of output.
---@type credenco.metrics.Family[]
M.LIST = {
  M.BUILD_INFO, M.CALLS, M.REQUESTS, M.REQUEST_SECONDS, M.IN_FLIGHT, M.ABANDONED, M.WAIT_SECONDS, M.LOST,
}

return M
