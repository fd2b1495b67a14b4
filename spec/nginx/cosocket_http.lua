-- spec/support/http.lua for code inside nginx: one request on a connection of its own to a loopback port.
local TIMEOUT_MS = 10000

local M = {}

---@param port integer
---@param method string
---@param target string
---@param body string?
---@return integer status
---@return string body
function M.request(port, method, target, body)
  local socket = ngx.socket.tcp()
  socket:settimeout(TIMEOUT_MS)
  assert(socket:connect("127.0.0.1", port))
  assert(socket:send {
    ("%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n"):format(method, target, port),
    ("Content-Length: %d\r\n\r\n"):format(#(body or "")), body or "",
  })
  local answer = assert(socket:receive "*a")
  socket:close()
  local status, content = answer:match "^HTTP/1%.%d (%d+).-\r\n\r\n(.*)$"
  return tonumber(status), content
end

return M
