-- Connections that end before the answer is whole.
local LOST = require("spec.support.matrix.expect").LOST

local OK = "HTTP/1.1 200 OK\r\n"
local CHUNKED = OK .. "Transfer-Encoding: chunked\r\n\r\n"

local function cut(bytes, after)
  return { act = "raw", bytes = bytes, after = after }
end

return {
  { "reset after the request", { act = "reset" }, LOST },
  { "reset while the request is read", { act = "reset", at = "head" }, LOST },
  { "closed after the request", { act = "close" }, LOST },
  { "closed while the request is read", { act = "close", at = "head" }, LOST },
  { "cut in the version", cut "HTT", LOST },
  { "cut in the status line", cut "HTTP/1.1 20", LOST },
  { "cut before the end of the status line", cut "HTTP/1.1 201 Created\r", LOST },
  { "cut after the status line", cut "HTTP/1.1 201 Created\r\n", LOST },
  { "cut in a header", cut(OK .. "Content-Le"), LOST },
  { "cut in a length", cut(OK .. "Content-Length: 1"), LOST },
  { "cut after the headers, before the empty line", cut(OK .. "Content-Length: 0\r\n"), LOST },
  { "cut in the empty line", cut(OK .. "Content-Length: 0\r\n\r"), LOST },
  { "a length of 10 and no body", cut(OK .. "Content-Length: 10\r\n\r\n"), LOST },
  { "a length of 10 and a body of 9", cut(OK .. "Content-Length: 10\r\n\r\n{\"half\":1"), LOST },
  { "a length of 10 and no body, to 201", cut "HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n", LOST },
  { "no chunk", cut(CHUNKED), LOST },
  { "cut in a chunk's size", cut(CHUNKED .. "f"), LOST },
  { "cut in a chunk", cut(CHUNKED .. "ff\r\nhalf"), LOST },
  { "cut after a chunk", cut(CHUNKED .. "4\r\nhalf\r\n"), LOST },
  { "cut in the last chunk", cut(CHUNKED .. "4\r\nhalf\r\n0"), LOST },
  { "cut after the last chunk", cut(CHUNKED .. "4\r\nhalf\r\n0\r\n"), LOST },
  { "cut in the trailers", cut(CHUNKED .. "4\r\nhalf\r\n0\r\nA: b\r\n"), LOST },
  { "cut after an interim response", cut "HTTP/1.1 100 Continue\r\n\r\n", LOST },
  { "cut in a second interim response", cut "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Ea", LOST },
  { "a refusal that is cut", cut "HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n{", LOST },
  { "reset in the status line", cut("HTTP/1.1 20", "reset"), LOST },
  { "reset after the status line", cut("HTTP/1.1 201 Created\r\n", "reset"), LOST },
  { "reset in the body", cut(OK .. "Content-Length: 100\r\n\r\n{\"half\":", "reset"), LOST },
  { "reset in a chunk", cut(CHUNKED .. "ff\r\nhalf", "reset"), LOST },
}
