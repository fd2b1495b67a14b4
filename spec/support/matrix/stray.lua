-- Bytes that nobody asked for, behind a proper answer or on the idle connection: the call that gets them
-- succeeds, and the call after it gets its own answer, which is a 404.
local expect = require "spec.support.matrix.expect"

local NEXT = { all = expect.failure("not_found", "rejected", 1, 404) }

local CREATED = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
local JSON = '{"correlation_id":"stray","status":"stray","request_uri":"stray","id":9,"access_token":"stray"}'
local ANSWER = ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"):format(#JSON, JSON)
local TIMEOUT = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

-- On a busy machine, too, the request after a token comes before the stray bytes, and the next call after them.
local IDLE_MS, PAUSE_MS = 100, 500

local function stray(name, bytes, more)
  local behaviour = { act = "proper", stray = bytes }
  for field, value in pairs(more or {}) do behaviour[field] = value end
  return { name, behaviour, NEXT, sequel = true, pause_ms = (behaviour.stray_ms or behaviour.after_ms) and PAUSE_MS or nil }
end

local LATER = { stray_ms = IDLE_MS }

return {
  stray("a stray 201 behind the answer", CREATED),
  stray("two stray answers behind the answer", ANSWER .. CREATED),
  stray("a stray answer with a body behind the answer", ANSWER),
  stray("a stray 408 behind the answer", TIMEOUT),
  stray("a stray 100 behind the answer", "HTTP/1.1 100 Continue\r\n\r\n"),
  stray("half an answer behind the answer", "HTTP/1.1 201 Created\r\nContent-"),
  stray("a stray byte behind the answer", "x"),
  stray("a stray line's end behind the answer", "\r\n"),
  stray("a stray answer behind chunks", ANSWER, { framing = "chunked" }),
  stray("a stray 201 on the idle connection", CREATED, LATER),
  stray("a stray answer on the idle connection", ANSWER, LATER),
  stray("a stray 408 on the idle connection", TIMEOUT, LATER),
  stray("a stray 408 on the idle connection, then closed", TIMEOUT, { stray_ms = IDLE_MS, after = "close", after_ms = IDLE_MS + 2 }),
  stray("half an answer on the idle connection", "HTTP/1.1 201 Crea", LATER),
  stray("a stray byte on the idle connection", "\n", LATER),
  stray("the idle connection is closed", nil, { after = "close", after_ms = IDLE_MS }),
  stray("the idle connection is reset", nil, { after = "reset", after_ms = IDLE_MS }),
  stray("Connection: close, and a stray 201", CREATED, { headers = { connection = "close" } }),
}
