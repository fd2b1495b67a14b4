-- Responses as bytes, and what they are: spec/vectors/http_responses.json, a copy of the project's shared
-- ones, those that the shared file has beyond that, and more of their kind.
--
--   name, method, bytes, then_closed (the server closes behind them), and
--   expect: status, body and reusable (whether the connection may serve again), or error = true
local cjson = require "cjson"

local OWN, SHARED = "spec/vectors/http_responses.json", "../shared/vectors/http_responses.json"

local OK = "HTTP/1.1 200 OK\r\n"
local CHUNKED = OK .. "Transfer-Encoding: chunked\r\n\r\n"

local more = {}

local function good(name, bytes, status, body, changes)
  local case = {
    name = name, method = "POST", bytes = bytes, then_closed = false,
    expect = { status = status, body = body, reusable = true },
  }
  for field, value in pairs(changes or {}) do
    if field == "reusable" then case.expect.reusable = value else case[field] = value end
  end
  more[#more + 1] = case
end

local function bad(name, bytes, then_closed)
  more[#more + 1] = { name = name, method = "POST", bytes = bytes, then_closed = then_closed or false, expect = { error = true } }
end

local ONCE = { reusable = false }
local CLOSED = { reusable = false, then_closed = true }

good("length in another letter case", OK .. "cONTENT-lENGTH: 2\r\n\r\nhi", 200, "hi")
good("length with leading zeros", OK .. "Content-Length: 0002\r\n\r\nhi", 200, "hi")
good("length between tabs", OK .. "Content-Length:\t2\t\r\n\r\nhi", 200, "hi")
good("a body of line ends", OK .. "Content-Length: 6\r\n\r\n\r\n\r\n\r\n", 200, "\r\n\r\n\r\n")
good("a body that looks like an answer", OK .. "Content-Length: 19\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 200, "HTTP/1.1 200 OK\r\n\r\n")
good("a body of all bytes", OK .. "Content-Length: 5\r\n\r\n\0\1\127\128\255", 200, "\0\1\127\128\255")
good("chunks that split a line's end", CHUNKED .. "1\r\n\r\r\n1\r\n\n\r\n0\r\n\r\n", 200, "\r\n")
good("a chunk that looks like the last one", CHUNKED .. "5\r\n0\r\n\r\n\r\n0\r\n\r\n", 200, "0\r\n\r\n")
good("chunk sizes in both letter cases", CHUNKED .. "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", 200, "01234567890123456789")
good("the last chunk with many zeros and an extension", CHUNKED .. "2\r\nhi\r\n000;last\r\n\r\n", 200, "hi")
good("an extension in quotes with a semicolon", CHUNKED .. '2;a="b;c"\r\nhi\r\n0\r\n\r\n', 200, "hi")
good("blanks before an extension", CHUNKED .. "2 ; a = b\r\nhi\r\n0\r\n\r\n", 200, "hi")
good("trailers that repeat fields of framing", CHUNKED .. "2\r\nhi\r\n0\r\nContent-Length: 9\r\nTransfer-Encoding: gzip\r\n\r\n", 200, "hi")
good("Connection: close in the trailers", CHUNKED .. "2\r\nhi\r\n0\r\nConnection: close\r\n\r\n", 200, "hi")
good("chunked after blanks", OK .. "Transfer-Encoding:  chunked \t\r\n\r\n0\r\n\r\n", 200, "")
good("Connection: close, chunked", OK .. "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", 200, "hi", ONCE)
good("Connection: keep-alive", OK .. "Connection: keep-alive\r\nContent-Length: 0\r\n\r\n", 200, "")
good("Connection: closed, which is another word", OK .. "Connection: closed\r\nContent-Length: 0\r\n\r\n", 200, "")
good("Connection twice, close in the second", OK .. "Connection: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 200, "", ONCE)
good("HTTP/1.0 with keep-alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", 200, "hi", ONCE)
good("HTTP/1.0 that closes behind a length", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "hi", CLOSED)
good("nothing before the connection ends", OK .. "\r\n", 200, "", CLOSED)
good("Connection: close without a length", OK .. "Connection: close\r\n\r\nhi", 200, "hi", CLOSED)
good("a longer reason", "HTTP/1.1 200 It went well, caf\233 and all\r\nContent-Length: 0\r\n\r\n", 200, "")
good("a reason that is a blank", "HTTP/1.1 200  \r\nContent-Length: 0\r\n\r\n", 200, "")
good("a status that nobody knows", "HTTP/1.1 299 Odd\r\nContent-Length: 0\r\n\r\n", 299, "")
good("a status beyond 599", "HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n", 799, "")
good("304 with chunks that are not there", "HTTP/1.1 304 N\r\nTransfer-Encoding: chunked\r\n\r\n", 304, "")
good("204 with a length of 5 that counts for nothing", "HTTP/1.1 204 N\r\nContent-Length: 5\r\n\r\n", 204, "")
good("HEAD, chunked", CHUNKED, 200, "", { method = "HEAD" })
good("HEAD without a length", OK .. "\r\n", 200, "", { method = "HEAD" })
good("HEAD with a body that nobody may send", OK .. "Content-Length: 2\r\n\r\nhi", 200, "", { method = "HEAD", reusable = false })
good("an error to HEAD", "HTTP/1.1 404 N\r\nContent-Length: 9\r\n\r\n", 404, "", { method = "HEAD" })
good("three interim responses", ("HTTP/1.1 102 P\r\nA: b\r\n\r\n"):rep(3) .. OK .. "Content-Length: 0\r\n\r\n", 200, "")
good("an interim response with a length", "HTTP/1.1 103 E\r\nContent-Length: 7\r\n\r\n" .. OK .. "Content-Length: 1\r\n\r\nx", 200, "x")
good("an interim response with close", "HTTP/1.1 100 C\r\nConnection: close\r\n\r\n" .. OK .. "Content-Length: 1\r\n\r\nx", 200, "x")
good("an interim response to HEAD", "HTTP/1.1 100 C\r\n\r\n" .. OK .. "Content-Length: 1\r\n\r\n", 200, "", { method = "HEAD" })
good("a field beyond ASCII", OK .. "A: \233\255\r\nContent-Length: 0\r\n\r\n", 200, "")
good("every byte that a name may have", OK .. "!#$%&'*+-.^_`|~09azAZ: x\r\nContent-Length: 0\r\n\r\n", 200, "")
good("colons in a value", OK .. "A: b: c:d\r\nContent-Length: 0\r\n\r\n", 200, "")
good("an upgrade that is only offered", OK .. "Upgrade: h2c\r\nConnection: upgrade\r\nContent-Length: 0\r\n\r\n", 200, "")
good("426 with an upgrade", "HTTP/1.1 426 U\r\nUpgrade: h2c\r\nConnection: upgrade\r\nContent-Length: 0\r\n\r\n", 426, "")
good("a line's end behind the answer", OK .. "Content-Length: 0\r\n\r\n\r\n", 200, "", ONCE)
good("an interim response behind the answer", OK .. "Content-Length: 0\r\n\r\nHTTP/1.1 100 C\r\n\r\n", 200, "", ONCE)
good("a byte behind chunks", CHUNKED .. "0\r\n\r\nx", 200, "", ONCE)
good("an answer behind 204", "HTTP/1.1 204 N\r\n\r\n" .. OK .. "Content-Length: 0\r\n\r\n", 204, "", ONCE)
good("205 with a body, as any other", "HTTP/1.1 205 R\r\nContent-Length: 2\r\n\r\nhi", 205, "hi")
good("205 to the close", "HTTP/1.1 205 R\r\n\r\n", 205, "", CLOSED)
good("204 with chunks that are not there", "HTTP/1.1 204 N\r\nTransfer-Encoding: chunked\r\n\r\n", 204, "")
good("304 with a body that nobody may send", "HTTP/1.1 304 N\r\nContent-Length: 2\r\n\r\nhi", 304, "", ONCE)
good("HTTP/1.0 to HEAD", "HTTP/1.0 200 OK\r\n\r\n", 200, "", { method = "HEAD", reusable = false })
good("HTTP/1.9, which is read as 1.1", "HTTP/1.9 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "hi")
good("Proxy-Connection, which means nothing", OK .. "Proxy-Connection: close\r\nContent-Length: 0\r\n\r\n", 200, "")
good("Transfer_Encoding, which is another name", OK .. "Transfer_Encoding: chunked\r\nContent-Length: 2\r\n\r\nhi", 200, "hi")
good("Connection: close in quotes, which is another word", OK .. 'Connection: "close"\r\nContent-Length: 0\r\n\r\n', 200, "")
good("Connection: close behind a comma", OK .. "Connection: ,close\r\nContent-Length: 0\r\n\r\n", 200, "", ONCE)
good("an interim response with chunked", "HTTP/1.1 103 E\r\nTransfer-Encoding: chunked\r\n\r\n" .. OK .. "Content-Length: 1\r\n\r\nx", 200, "x")
good("a chunk's size of 300 zeros and a 2", CHUNKED .. ("0"):rep(300) .. "2\r\nhi\r\n0\r\n\r\n", 200, "hi")
for _, extension in ipairs { ";", ";;", ";a", ";a=", ";=b", ';a="b', ";a\tb", "\t;a", " ;", ";\255" } do
  good(("extension %q"):format(extension):gsub("[%c\128-\255]", "?"), CHUNKED .. "2" .. extension .. "\r\nhi\r\n0\r\n\r\n", 200, "hi")
end
good("a stray 408 behind the answer", OK .. "Content-Length: 0\r\n\r\nHTTP/1.1 408 T\r\nContent-Length: 0\r\n\r\n", 200, "", ONCE)
good("the connection ends behind a length", OK .. "Content-Length: 2\r\n\r\nhi", 200, "hi", CLOSED)
good("the connection ends behind chunks", CHUNKED .. "2\r\nhi\r\n0\r\n\r\n", 200, "hi", CLOSED)

for _, value in ipairs {
  "-0", "5.0", "1e1", "5;", ",5", "5,", "\"5\"", "5\0", "0x", "\1775", "18446744073709551616", "5, 5, 6", "five", "\217\165",
} do
  bad(("length %q"):format(value):gsub("[%c\128-\255]", "?"), OK .. "Content-Length: " .. value .. "\r\n\r\nhello")
end
for _, size in ipairs { "0x5", "+5", " 5", "5 ", "5 5", "5,", "g", ";a", "10000000000000000", "5\0", "5\t" } do
  bad(("chunk size %q"):format(size):gsub("[%c]", "?"), CHUNKED .. size .. "\r\nhello\r\n0\r\n\r\n")
end
for _, coding in ipairs { "", "identity", "gzip", "chunked, gzip", "chunked;q=1", "xchunked", "chunked x", ", chunked", "\"chunked\"" } do
  bad(("coding %q"):format(coding), OK .. "Transfer-Encoding: " .. coding .. "\r\n\r\n0\r\n\r\n")
end
for _, line in ipairs {
  "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 2", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK", "HTTP/1.1 200x", "HTTP/1.1 099 OK",
  "HTTP/1.1 +20 OK", "HTTP/1.1 2 0 OK", "HTTP/1.10 200 OK", "HTTP/01.1 200 OK", "HTTP/1,1 200 OK", "HTTP /1.1 200 OK", " HTTP/1.1 200 OK",
  "XHTTP/1.1 200 OK", "HTTPS/1.1 200 OK", "HTTP/0.9 200 OK", "\239\187\191HTTP/1.1 200 OK", "HTTP/1.1 200 \0", "HTTP/1.1 200 O\rK", "RTSP/1.0 200 OK",
  "220 ready", "-ERR", "GET / HTTP/1.1", "{}", "",
} do
  bad(("first line %q"):format(line):gsub("[%c\128-\255]", "?"), line .. "\r\nContent-Length: 1\r\n\r\nx", true)
end
for _, line in ipairs { "A b: c", "A\t: c", " A: b", "\tA: b", "A", ":", "\233: b", "A(: b", "A: \27", "A: b\127", "A\0: b", "{}: x", "A: b\r\r" } do
  bad(("field %q"):format(line):gsub("[%c\128-\255]", "?"), OK .. line .. "\r\nContent-Length: 1\r\n\r\nx")
end

bad("the same length twice", OK .. "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi")
bad("the same length in one list", OK .. "Content-Length: 2, 2\r\n\r\nhi")
bad("a length, and chunks", OK .. "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")
bad("chunks, and a length", OK .. "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nhi\r\n0\r\n\r\n")
bad("a length, and chunks, with 204", "HTTP/1.1 204 N\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n")
bad("an interim response with a length that is none", "HTTP/1.1 103 E\r\nContent-Length: x\r\n\r\n" .. OK .. "Content-Length: 0\r\n\r\n")
bad("codings in two fields", OK .. "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
bad("chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
bad("lone line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi")
bad("a lone line feed behind a field", OK .. "Content-Length: 2\n\r\nhi")
bad("a lone line feed behind a chunk", CHUNKED .. "2\r\nhi\n0\r\n\r\n")
bad("a lone line feed behind a chunk's size", CHUNKED .. "2\nhi\r\n0\r\n\r\n")
bad("a lone line feed behind a trailer", CHUNKED .. "0\r\nA: b\n\r\n")
bad("a field that goes on in the next line", OK .. "A: b\r\n c\r\nContent-Length: 0\r\n\r\n")
bad("a first field that goes on from nothing", OK .. " A: b\r\nContent-Length: 0\r\n\r\n")
bad("a length in the next line", OK .. "Content-Length:\r\n 2\r\n\r\nhi")
bad("an empty line between chunks", CHUNKED .. "2\r\nhi\r\n\r\n0\r\n\r\n")
bad("an empty line before the status line", "\r\n" .. OK .. "Content-Length: 0\r\n\r\n")
bad("a chunk's size that 64 bits cut to 2", CHUNKED .. "10000000000000002\r\nhi\r\n0\r\n\r\n")
bad("a chunk without its line's end", CHUNKED .. "5\r\nhello0\r\n\r\n")
bad("a chunk that is one byte short", CHUNKED .. "5\r\nhell\r\n0\r\n\r\n")
bad("a trailer without a colon", CHUNKED .. "0\r\nA\r\n\r\n")
bad("a trailer with a blank before the colon", CHUNKED .. "0\r\nA : b\r\n\r\n")
bad("101 with a body", "HTTP/1.1 101 S\r\nContent-Length: 0\r\n\r\n")
bad("an interim response, then nonsense", "HTTP/1.1 100 C\r\n\r\nnonsense\r\n\r\n")
bad("an interim response, then nothing", "HTTP/1.1 100 C\r\n\r\n", true)
bad("closed within an interim response", "HTTP/1.1 103 E\r\nLink: <a", true)
bad("closed after a field", OK .. "Content-Length: 0\r\n", true)
bad("closed after a chunk's size", CHUNKED .. "5\r\n", true)
bad("closed in the last chunk", CHUNKED .. "0\r\n", true)
bad("closed in the trailers", CHUNKED .. "0\r\nA: b\r\n", true)
bad("closed one byte before the end of the body", OK .. "Content-Length: 2\r\n\r\nh", true)
bad("closed after a length, 201", "HTTP/1.1 201 C\r\nContent-Length: 10\r\n\r\n", true)

-- In the files each character is one byte; JSON writes those beyond ASCII as two.
local function bytes_of(text)
  return (text:gsub("([\194\195])([\128-\191])", function(lead, byte)
    return string.char((lead:byte() - 192) * 64 + byte:byte() - 128)
  end))
end

local function read(path)
  local file = io.open(path)
  if not file then return {} end
  local cases = cjson.decode(file:read "*a").cases
  file:close()
  for _, case in ipairs(cases) do
    case.bytes = bytes_of(case.bytes)
    if case.expect.body then case.expect.body = bytes_of(case.expect.body) end
  end
  return cases
end

local M = { own = read(OWN), shared = read(SHARED), more = more }

--- All of them, each once.
---@return table[]
function M.all()
  local list, known = {}, {}
  for _, cases in ipairs { M.own, M.shared, M.more } do
    for _, case in ipairs(cases) do
      local key = case.method .. tostring(case.then_closed) .. case.bytes
      if not known[key] then list[#list + 1] = case end
      known[key] = true
    end
  end
  return list
end

return M
