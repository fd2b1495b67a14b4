-- Issues while another event loop runs the program: here libuv, through lua-luv.
--
--   CREDENCO_API_KEY=... lua5.4 examples/event_loop.lua WALLET_KEY
--
-- This program turns credenco's loop when the client's descriptor is readable, and after
-- loop.timeout_ms(). With turn(0), credenco's loop never waits.
local credenco = require "credenco"
local loop = require "credenco.loop"
local uv = require "luv"

local wallet_key = arg[1] or error("usage: event_loop.lua WALLET_KEY", 0)

local client = credenco.new {
  base_url = os.getenv "CREDENCO_BASE_URL" or "https://wallet.credenco.com",
  api_key = os.getenv "CREDENCO_API_KEY" or error("set CREDENCO_API_KEY", 0),
}

local poll, timer = uv.new_poll(client:pollfd()), uv.new_timer()
local done = false

local function stop()
  poll:close()
  timer:close()
  client:close()
end

local function turn()
  loop.turn(0)
  if done then return stop() end
  local timeout_ms = loop.timeout_ms()
  if timeout_ms then timer:start(timeout_ms, 0, turn) else timer:stop() end
end

loop.spawn(function()
  local result, err = client:issue_direct {
    wallet_key = wallet_key,
    template_id = "ebw_oid",
    claims = { id = "90004760", name = "CoolSoft B.V.", issuing_authority = "Credenco", issuing_country = "NL" },
  }
  print(result and ("HTTP %d, correlation id %s"):format(result.http_status, result.correlation_id) or tostring(err))
  done = true
end)

poll:start("r", turn)
uv.run()
