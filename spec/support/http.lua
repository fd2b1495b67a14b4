-- The few bytes of HTTP the specs speak themselves: to the control port of the misbehaving server, and to
-- look at a server without the client that is being tested.
local uv = require "luv"
local wait = require "spec.support.wait"

local http = {}

local function exchange(port, bytes, timeout_ms)
  local socket, received, finished = uv.new_tcp(), {}, nil
  local function read(err, chunk)
    received[#received + 1] = chunk
    if not chunk then finished = err or "end" end
  end
  socket:connect("127.0.0.1", port, function(err)
    if err then finished = err return end
    socket:write(bytes)
    socket:read_start(read)
  end)
  wait.until_true(function() return finished end, timeout_ms)
  wait.close(socket)
  return table.concat(received)
end

--- One request on a connection of its own to a loopback port.
---@param port integer
---@param method string
---@param target string path and query, sent as it stands
---@param body string?
---@param timeout_ms integer?
---@return integer? status nil when there was no answer
---@return string? body
function http.request(port, method, target, body, timeout_ms)
  local head = ("%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\nContent-Length: %d\r\n\r\n")
    :format(method, target, port, #(body or ""))
  local status, answer = exchange(port, head .. (body or ""), timeout_ms):match("^HTTP/1%.%d (%d+).-\r\n\r\n(.*)$")
  return tonumber(status), answer
end

return http
