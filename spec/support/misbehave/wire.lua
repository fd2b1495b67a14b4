-- HTTP/1.1 as the misbehaving server reads and writes it: just enough, keeping every byte it was sent.
local wire = {}

---@class spec.Request
---@field head string everything before the body, byte for byte
---@field method string
---@field target string
---@field headers table<string, string> names in lower case; the last of several
---@field body string what has arrived of it
---@field body_length integer what was announced

local function headers_of(lines)
  local headers = {}
  for name, value in lines:gmatch("([^\r\n:]+):[ \t]*([^\r\n]*)") do headers[name:lower()] = value end
  return headers
end

--- Reads the head of a request.
---@param bytes string
---@return spec.Request? request nil as long as the head is incomplete
---@return string? rest the bytes after the head
function wire.read_head(bytes)
  local _, stop = bytes:find("\r\n\r\n", 1, true)
  if not stop then return nil end
  local head = bytes:sub(1, stop)
  local method, target, lines = head:match("^(%S+) (%S+) HTTP/1%.[01]\r\n(.*)$")
  if not method then return { head = head, method = "", target = "", headers = {}, body = "", body_length = 0 }, "" end
  local headers = headers_of(lines)
  return {
    head = head,
    method = method,
    target = target,
    headers = headers,
    body = "",
    body_length = tonumber(headers["content-length"]) or 0,
  }, bytes:sub(stop + 1)
end

local function framed(headers, body, framing)
  if framing == "chunked" then
    headers["transfer-encoding"] = "chunked"
    return (body == "" and "" or ("%x\r\n%s\r\n"):format(#body, body)) .. "0\r\n\r\n"
  elseif framing == "crumbs" then
    headers["transfer-encoding"] = "chunked"
    return body:gsub(".", "01;a=b\r\n%0\r\n") .. "00;c\r\nX-Late: trailer\r\n\r\n"
  elseif framing == "close" then
    headers["connection"] = "close"
  elseif framing ~= "none" then
    headers["content-length"] = headers["content-length"] or tostring(#body)
  end
  return body
end

--- An answer as bytes: head and body. Framing is `length` unless it says `chunked`, `crumbs` (chunks of a
--- byte, with extensions and trailers), `close` (the body ends
--- with the connection) or `none` (the headers are complete as they are).
---@param answer { status: integer, headers: table<string, string>?, body: string?, framing: string? }
---@return string head
---@return string body
function wire.write_answer(answer)
  local headers, lines = {}, {}
  for name, value in pairs(answer.headers or {}) do headers[name] = value end
  local body = framed(headers, answer.body or "", answer.framing)
  for name, value in pairs(headers) do lines[#lines + 1] = name .. ": " .. value .. "\r\n" end
  table.sort(lines)
  return ("HTTP/1.1 %d Whatever\r\n%s\r\n"):format(answer.status, table.concat(lines)), body
end

return wire
