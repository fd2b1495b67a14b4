-- The misbehaving server behind TLS, inside nginx: that takes the TLS off, hands every byte on in both
-- directions, and ends the one connection when the other ends.
local MOST_BYTES = 65536
local TIMEOUT_MS = 60000

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
  ngx.thread.wait(ngx.thread.spawn(hand_on, client, server), ngx.thread.spawn(hand_on, server, client))
  ngx.exit(444)
end
