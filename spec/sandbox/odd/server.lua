--- A small HTTP server for the specs, on luv, in the process of the spec itself: it answers while the spec waits for
--- the sandbox. Connections are kept.
local uv = require "luv"

local M = {}

---@class spec.OddRequest
---@field method string
---@field path string with the query
---@field headers table<string, string> names in lower case
---@field body string

--- The first whole request of `bytes`, and what follows it.
local function take_request(bytes)
  local head, from = bytes:match "^(.-\r\n)\r\n()"
  if not head then return nil, bytes end
  local request = { headers = {} }
  request.method, request.path = head:match "^(%S+) (%S+)"
  for name, value in head:gmatch "\r\n([^:\r\n]+): *([^\r\n]*)" do
    request.headers[name:lower()] = value
  end
  local size = tonumber(request.headers["content-length"] or 0)
  if #bytes < from + size - 1 then return nil, bytes end
  request.body = bytes:sub(from, from + size - 1)
  return request, bytes:sub(from + size)
end

local function serialize(response)
  local body = response.body or ""
  local lines = { ("HTTP/1.1 %d Odd"):format(response.status or 200), "Content-Length: " .. #body }
  for name, value in pairs(response.headers or {}) do
    lines[#lines + 1] = name .. ": " .. value
  end
  return table.concat(lines, "\r\n") .. "\r\n\r\n" .. body
end

--- Serves on a free port of 127.0.0.1 until `stop` is called.
---@param respond fun(request: spec.OddRequest): { status: integer?, headers: table?, body: string? }
---@return { port: integer, stop: fun() }
function M.start(respond)
  local server, clients = uv.new_tcp(), {}
  assert(server:bind("127.0.0.1", 0))
  server:listen(64, function()
    local client, pending = uv.new_tcp(), ""
    server:accept(client)
    clients[#clients + 1] = client
    client:read_start(function(err, chunk)
      if err or not chunk then
        if not client:is_closing() then client:close() end
        return
      end
      pending = pending .. chunk
      local request
      request, pending = take_request(pending)
      if request then client:write(serialize(respond(request))) end
    end)
  end)
  return { port = server:getsockname().port, stop = function()
    for _, client in ipairs(clients) do
      if not client:is_closing() then client:close() end
    end
    server:close()
    uv.run "nowait"
  end }
end

return M
