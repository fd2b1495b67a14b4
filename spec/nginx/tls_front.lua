-- The misbehaving server behind TLS, inside nginx: that takes the TLS off, hands every byte on in both
-- directions, and ends the one connection when the other ends, with TLS's goodbye (close_notify).
local MOST_BYTES = 65536
local TIMEOUT_MS = 60 * 60 * 1000 -- far longer than any run: only the two ends close a connection

local function hand_on(from, to)
  repeat
    local bytes = from:receiveany(MOST_BYTES)
  until not bytes or not to:send(bytes)
end

---@param port integer where the misbehaving server listens
return function(port)
  local head = ngx.req.raw_header()
  local client, server = assert(ngx.req.socket(true)), ngx.socket.tcp()
  client:settimeout(TIMEOUT_MS)
  server:settimeout(TIMEOUT_MS)
  assert(server:connect("127.0.0.1", port))
  assert(server:send(head))
  local there, back = ngx.thread.spawn(hand_on, client, server), ngx.thread.spawn(hand_on, server, client)
  ngx.thread.wait(there, back)
  ngx.thread.kill(there)
  ngx.thread.kill(back)
end
