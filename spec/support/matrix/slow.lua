-- Servers that keep the client waiting.
local expect = require "spec.support.matrix.expect"

local LATE = expect.LATE

local OK = "HTTP/1.1 200 OK\r\n"
local CHUNKED = OK .. "Transfer-Encoding: chunked\r\n\r\n"
local EVERY_MS = 50

local function silent_after(bytes)
  return { act = "raw", bytes = bytes, after = "hang" }
end

local function drip(bytes)
  return { act = "drip", bytes = bytes, every_ms = EVERY_MS }
end

local rows = {
  { "no answer", { act = "hang" }, LATE },
  { "no answer, once the head is read", { act = "hang", at = "head" }, LATE },
  { "silent in the status line", silent_after "HTTP/1.1 20", LATE },
  { "silent after the status line", silent_after "HTTP/1.1 201 Created\r\n", LATE },
  { "silent in the headers", silent_after(OK .. "Content-Type: app"), LATE },
  { "silent before the body", silent_after(OK .. "Content-Length: 10\r\n\r\n"), LATE },
  { "silent in the body", silent_after(OK .. "Content-Length: 10\r\n\r\n{"), LATE },
  { "silent in a chunk", silent_after(CHUNKED .. "ff\r\nhalf"), LATE },
  { "silent between chunks", silent_after(CHUNKED .. "4\r\nhalf\r\n"), LATE },
  { "silent before the trailers' end", silent_after(CHUNKED .. "0\r\n"), LATE },
  { "silent after an interim response", silent_after "HTTP/1.1 100 Continue\r\n\r\n", LATE },
  { "a body that ends with a connection that does not", silent_after(OK .. "\r\n{}"), LATE },
  { "a status line byte by byte", drip(OK .. ("X-Field: 0\r\n"):rep(30)), LATE },
  { "a body byte by byte", drip(OK .. "Content-Length: 1000\r\n\r\n" .. ("x"):rep(1000)), LATE },
  { "one interim response after the other", drip(("HTTP/1.1 102 P\r\n\r\n"):rep(10)), LATE },
  { "a chunk byte by byte", drip(CHUNKED .. "ff\r\n" .. ("x"):rep(255)), LATE },
}

for _, row in ipairs(rows) do row.options = { timeout_ms = expect.SOON_MS } end

return rows
