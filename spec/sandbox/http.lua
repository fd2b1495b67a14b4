--- A small blocking HTTP client for the specs, on luv: one request, one connection.
local cjson = require "cjson"
local uv = require "luv"

local M = {}

local TIMEOUT_MS = 120000 -- only what hangs takes so long

local function serialize(request, host, path)
  local body = request.body or ""
  local headers = request.headers or {}
  local lines = {
    ("%s %s HTTP/1.1"):format(request.method or "GET", path),
    "Host: " .. (headers.Host or host),
    "Connection: close",
    "Content-Length: " .. #body,
  }
  for name, value in pairs(headers) do
    lines[#lines + 1] = name ~= "Host" and name .. ": " .. value or nil
  end
  return table.concat(lines, "\r\n") .. "\r\n\r\n" .. body
end

local function dechunk(body)
  local parts, position = {}, 1
  while true do
    local size, from = body:match("^(%x+)[^\r\n]*\r\n()", position)
    size = size and tonumber(size, 16) or 0
    if size == 0 then
      return table.concat(parts)
    end
    parts[#parts + 1] = body:sub(from, from + size - 1)
    position = from + size + 2
  end
end

local function parse(text)
  local head, body = text:match "^(.-)\r\n\r\n(.*)$"
  if not head then
    return nil, "no HTTP answer"
  end
  local headers = {}
  for name, value in head:gmatch "\r\n([^:\r\n]+): *([^\r\n]*)" do
    headers[name:lower()] = value
  end
  if headers["transfer-encoding"] == "chunked" then
    body = dechunk(body)
  end
  return { status = tonumber(head:match "^HTTP/%S+ (%d+)"), headers = headers, body = body }
end

local function open(host, port, bytes)
  local exchange = { chunks = {}, finished = false }
  local socket, timer = uv.new_tcp(), uv.new_timer()
  local function finish(err)
    if not exchange.finished then
      exchange.finished, exchange.failure = true, err
      socket:close()
      timer:close()
    end
  end
  uv.update_time() -- the loop's clock stands still while nobody turns it
  timer:start(TIMEOUT_MS, 0, function() finish "timeout" end)
  socket:connect(host, port, function(err)
    if err then
      return finish(err)
    end
    socket:write(bytes)
    socket:read_start(function(read_err, chunk)
      if not chunk then
        return finish(read_err)
      end
      exchange.chunks[#exchange.chunks + 1] = chunk
    end)
  end)
  return exchange
end

--- Sends a request and does not wait. Give what it returns to `finish`.
function M.start(request)
  local authority, path = request.url:match "^http://([^/]+)(.*)$"
  local host, port = authority:match "^(.-):(%d+)$"
  if request.json then
    request.body = type(request.json) == "string" and request.json or cjson.encode(request.json)
    request.headers = request.headers or {}
    request.headers["content-type"] = "application/json"
  end
  return open(host, tonumber(port), serialize(request, authority, path == "" and "/" or path))
end

--- Waits for the answer of a started request.
---@return { status: integer, headers: table, body: string, json: any }?
---@return string? err
function M.finish(exchange)
  while not exchange.finished do
    uv.run "once"
  end
  uv.run "nowait"
  local response = parse(table.concat(exchange.chunks))
  if not response then
    return nil, exchange.failure or "no HTTP answer"
  end
  local ok, value = pcall(cjson.decode, response.body)
  response.json = ok and value or nil
  return response
end

--- Sends { method, url, headers, body | json }; `json` in the response is the decoded body.
---@return { status: integer, headers: table, body: string, json: any }?
---@return string? err
function M.request(request)
  return M.finish(M.start(request))
end

return M
