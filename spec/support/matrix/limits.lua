-- Answers that are longer than they may be, and those that never end. The limits are those of
-- src/core/http.h.
local TOO_LARGE = require("spec.support.matrix.expect").TOO_LARGE

local OK = "HTTP/1.1 200 OK\r\n"
local CHUNKED = OK .. "Transfer-Encoding: chunked\r\n\r\n"
local LENGTH_0 = "Content-Length: 0\r\n\r\n"

local function endless(begin, again)
  return { act = "flood", begin = begin, again = again }
end

local function whole(bytes)
  return { act = "raw", bytes = bytes, after = "hang" }
end

return {
  { "a body without end", endless(CHUNKED, "1000\r\n" .. ("x"):rep(4096) .. "\r\n"), TOO_LARGE },
  { "a body of small chunks without end", endless(CHUNKED, "1\r\nx\r\n"), TOO_LARGE },
  { "a body to the close without end", endless(OK .. "\r\n", "x"), TOO_LARGE },
  { "a body of 4 GiB", endless(OK .. "Content-Length: 4294967296\r\n\r\n", "x"), TOO_LARGE },
  { "a body of 2^64 - 1 bytes", whole(OK .. "Content-Length: 18446744073709551615\r\n\r\n"), TOO_LARGE },
  { "a body of max_body_bytes and one", whole(OK .. "Content-Length: 65537\r\n\r\n"), TOO_LARGE },
  { "a chunk of 2^64 - 1 bytes", whole(CHUNKED .. "ffffffffffffffff\r\n"), TOO_LARGE },
  { "a chunk of max_body_bytes and one", whole(CHUNKED .. "10001\r\n"), TOO_LARGE },
  { "chunks of max_body_bytes and one", whole(CHUNKED .. "1\r\nx\r\n10000\r\n"), TOO_LARGE },
  { "a refusal without end", endless("HTTP/1.1 422 No\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"), TOO_LARGE },
  { "headers without end", endless(OK, "X-Flood: " .. ("x"):rep(4000) .. "\r\n"), TOO_LARGE },
  { "short headers without end", endless(OK, "A:\r\n"), TOO_LARGE },
  { "one header without end", endless(OK .. "X-Flood: ", "x"), TOO_LARGE },
  { "a header's name without end", endless(OK, "x"), TOO_LARGE },
  { "a header of 100 KB", whole(OK .. "X-Long: " .. ("x"):rep(100000) .. "\r\n" .. LENGTH_0), TOO_LARGE },
  { "headers of 300 KB", whole(OK .. ("X-Long: " .. ("x"):rep(30000) .. "\r\n"):rep(10) .. LENGTH_0), TOO_LARGE },
  { "a status line without end", endless("HTTP/1.1 200 ", "x"), TOO_LARGE },
  { "a status line of 10 KB", whole("HTTP/1.1 200 " .. ("x"):rep(10000) .. "\r\n" .. LENGTH_0), TOO_LARGE },
  { "interim responses without end", endless("", "HTTP/1.1 102 Processing\r\n\r\n"), TOO_LARGE },
  { "interim responses with headers, without end", endless("", "HTTP/1.1 103 E\r\nLink: <a>\r\n\r\n"), TOO_LARGE },
  { "17 interim responses", whole(("HTTP/1.1 102 P\r\n\r\n"):rep(17) .. OK .. LENGTH_0), TOO_LARGE },
  { "an interim response's headers without end", endless("HTTP/1.1 103 E\r\n", "Link: <a>\r\n"), TOO_LARGE },
  { "trailers without end", endless(CHUNKED .. "0\r\n", "X-Flood: x\r\n"), TOO_LARGE },
  { "one trailer without end", endless(CHUNKED .. "0\r\nX-Flood: ", "x"), TOO_LARGE },
  { "trailers of 100 KB", whole(CHUNKED .. "0\r\n" .. ("X: " .. ("x"):rep(10000) .. "\r\n"):rep(10) .. "\r\n"), TOO_LARGE },
  { "a chunk extension without end", endless(CHUNKED .. "1;", "x"), TOO_LARGE },
  { "chunk extensions without end", endless(CHUNKED, "1;" .. ("x"):rep(4000) .. "\r\nx\r\n"), TOO_LARGE },
  { "a chunk extension of 5 KB", whole(CHUNKED .. "1;" .. ("x"):rep(5000) .. "\r\nx\r\n0\r\n\r\n"), TOO_LARGE },
  { "a chunk's size of zeros without end", endless(CHUNKED, "0"), TOO_LARGE },
  { "zeros before small chunks without end", endless(CHUNKED, ("0"):rep(4000) .. "1\r\nx\r\n"), TOO_LARGE },
  { "Retry-After of 100 KB", whole("HTTP/1.1 503 U\r\nRetry-After: " .. ("9"):rep(100000) .. "\r\n" .. LENGTH_0), TOO_LARGE },
}
