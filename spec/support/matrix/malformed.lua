-- Bytes that are no HTTP/1.1 response. The connection stays open behind them: the client must not wait.
local MALFORMED = require("spec.support.matrix.expect").MALFORMED

local OK = "HTTP/1.1 200 OK\r\n"
local CHUNKED = OK .. "Transfer-Encoding: chunked\r\n\r\n"
local BODY = '{"request_uri":"x"}'

local rows = {}

local function row(name, bytes)
  rows[#rows + 1] = { name, { act = "raw", bytes = bytes, after = "hang" }, MALFORMED }
end

local function starting(line)
  row("first line " .. line:gsub("[%c\128-\255]", "?"), line .. "\r\nContent-Length: 0\r\n\r\n")
end

local function length(value)
  row("a length of '" .. value:gsub("%c", "?") .. "'", OK .. "Content-Length: " .. value .. "\r\n\r\n" .. BODY)
end

local function header(name, line)
  row(name, OK .. line .. "\r\nContent-Length: 0\r\n\r\n")
end

local function chunk(name, line)
  row(name, CHUNKED .. line .. "\r\nhello\r\n0\r\n\r\n")
end

starting "SSH-2.0-OpenSSH_9.2p1"
starting "220 mail.example ESMTP"
starting "<html><h1>Hello</h1></html>"
starting "<!DOCTYPE html>"
starting "ICY 200 OK"
starting "HTTP/2 200"
starting "HTTP/3.0 200 OK"
starting "HTTP/0.9 200 OK"
starting "HTTP/1.1200 OK"
starting "HTTP/1.10 200 OK"
starting "http/1.1 200 OK"
starting "HTTP/1.1 20 OK"
starting "HTTP/1.1 2000 OK"
starting "HTTP/1.1 abc OK"
starting "HTTP/1.1 -20 OK"
starting "HTTP/1.1 099 OK"
starting "HTTP/1.1  200 OK"
starting "HTTP/1.1\t200 OK"
starting " HTTP/1.1 200 OK"
starting "\239\187\191HTTP/1.1 200 OK"
starting "HTTP/1.1 200 O\27K"
starting "POST / HTTP/1.1"

row("a preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
row("settings of HTTP/2", "\0\0\0\4\0\0\0\0\0")
row("an alert of TLS", "\21\3\3\0\2\2\40")
row("a JSON document alone", BODY)
row("an empty line first", "\r\n" .. OK .. "Content-Length: 0\r\n\r\n")
row("lines that end in LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n")
row("a header that ends in LF", OK .. "A: b\nContent-Length: 0\r\n\r\n")
row("101 that nobody asked for", "HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n")
row("an interim response, then nonsense", "HTTP/1.1 100 Continue\r\n\r\nnonsense\r\n")

length "-5"
length "+5"
length "5a"
length "0x5"
length "5.0"
length "5 5"
length ""
length "5, 6"
length "5, 5"
length "18446744073709551616"
length "99999999999999999999999"

header("two lengths", "Content-Length: 5")
header("the same length twice", "Content-Length: 0")
header("a length and chunks", "Transfer-Encoding: chunked")
header("gzip, chunked", "Transfer-Encoding: gzip, chunked")
header("chunked, identity", "Transfer-Encoding: chunked, identity")
header("chunked twice", "Transfer-Encoding: chunked, chunked")
header("identity", "Transfer-Encoding: identity")
header("no colon", "Nonsense")
header("a blank before the colon", "Content-Type : text/plain")
header("no name", ": value")
header("a blank in a name", "A b: c")
header("a blank before a name", " A: b")
header("a folded header", "A: b\r\n c")
header("a NUL in a header", "A: b\0c")
header("a lone CR in a header", "A: b\rc")
header("an escape in a header", "A: \27[31m")
header("a name beyond ASCII", "\195\169: b")

chunk("a chunk of size G", "G")
chunk("a chunk of size -1", "-1")
chunk("a chunk of size +5", "+5")
chunk("a chunk of size 0x5", "0x5")
chunk("a chunk without a size", "")
chunk("a chunk of 2^68 bytes", "FFFFFFFFFFFFFFFFF")
chunk("a chunk longer than its size", "3")
chunk("a chunk with a blank before its size", " 5")
row("a chunk's size that ends in LF", CHUNKED .. "5\nhello\n0\n\n")
row("a trailer without a colon", CHUNKED .. "0\r\nNonsense\r\n\r\n")
row("a folded trailer", CHUNKED .. "0\r\nA: b\r\n c\r\n\r\n")
row("HTTP/1.0, chunked", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")

return rows
