-- The webhook in a real nginx, and deliveries to it.
local busted = require "busted"
local cjson = require "cjson"
local hex = require "credenco.base.hex"
local http = require "spec.sandbox.http"
local hmac = require "openssl.hmac"
local wait = require "spec.support.wait"
local worker = require "spec.nginx.worker"


-- The handler does what the event's data says and notes each event it has done. What is held waits until it is released.
local EVENTS = [[
  local M = {}
  local done = ngx.shared.done
  local function handle(event)
    done:incr("begun " .. event.id, 1, 0)
    if event.data.ms > 0 then ngx.sleep(event.data.ms / 1000) end
    while event.data.held and not done:get "released" do ngx.sleep(0.01) end
    if event.data.failures >= done:get("begun " .. event.id) then
      if event.data.exits then ngx.exit(ngx.OK) end
      error "on purpose"
    end
    done:rpush("list", event.id .. " " .. event.type .. " " .. event.data.text)
  end
  local new = require("credenco.webhook").new
  M.usual = new { secret = "new secret", old_secret = "old secret", rotated_at = ROTATED_AT, dict = "events", handler = handle }
  M.small = new {
    secret = "new secret", dict = "small", handler = handle, queue_size = 2, concurrency = 1, max_attempts = 2,
    signature_header = "x-other-header", signature_name = "sha256", max_body_bytes = 1000,
  }
  M.strict = new { secret = "new secret", dict = "strict", handler = handle, tolerance_s = 1 }
  M.limited = new {
    secret = "new secret", dict = "limited", handler = handle, concurrency = 1, max_attempts = 2, handler_timeout_s = 1,
  }
  M.tight = new { secret = "new secret", dict = "tight", handler = handle }
  return M
]]

local HTTP = [[
  lua_shared_dict events 1m;
  lua_shared_dict small 1m;
  lua_shared_dict strict 1m;
  lua_shared_dict shrunk 1m;
  lua_shared_dict leased 1m;
  lua_shared_dict tight 64k;
  lua_shared_dict limited 1m;
  lua_shared_dict done 1m;
  init_by_lua_block { package.path = "$folder/?.lua;" .. package.path }
  init_worker_by_lua_block { for _, events in pairs(require "events") do events:start() end }
]]

local SERVER = [[
  location = /usual { content_by_lua_block { require("events").usual:receive() } }
  location = /small { content_by_lua_block { require("events").small:receive() } }
  location = /strict { content_by_lua_block { require("events").strict:receive() } }
  location = /limited { content_by_lua_block { require("events").limited:receive() } }
  location = /tight { content_by_lua_block { require("events").tight:receive() } }
  location = /tiny { client_body_buffer_size 16; content_by_lua_block { require("events").usual:receive() } }
]]

---@class spec.WebhookReceiver
---@field inside spec.Worker
local Receiver = {}
Receiver.__index = Receiver

local M = {}

--- One for the specs of the surrounding `describe`.
---@return spec.WebhookReceiver
function M.use()
  local self = setmetatable({ numbered = 0 }, Receiver)
  busted.setup(function()
    self.inside = worker.start {
      main = "worker_shutdown_timeout 10s;",
      files = { ["events.lua"] = (EVENTS:gsub("ROTATED_AT", tostring(os.time() - 3500))) },
      http = HTTP, server = SERVER,
    }
  end)
  busted.teardown(function() self.inside:stop() end)
  return self
end

--- A delivery that is in order but for the changes.
function Receiver:delivery(changes)
  self.numbered = self.numbered + 1
  local made = {
    path = "/usual", method = "POST", secret = "new secret", time = os.time(), scheme = "v1",
    header = "x-credenco-signature", id = "event-" .. self.numbered,
    data = { ms = 0, failures = 0, text = "payload " .. self.numbered },
  }
  for name, value in pairs(changes or {}) do made[name] = value end
  made.body = made.body or cjson.encode(made.data)
  made.signature = made.signature or ("t=%d,%s=%s"):format(made.time, made.scheme,
    hex.encode(hmac.new(made.secret, "sha256"):final(made.time .. "." .. made.body)))
  return made
end

--- Sends it.
---@return table response
function Receiver:deliver(made)
  local headers = {
    [made.header] = made.signature, ["ce-id"] = made.id, ["ce-type"] = "wallet.created", ["ce-source"] = "spec",
    ["ce-specversion"] = "1.0", ["content-type"] = "application/json",
  }
  for name, value in pairs(made.headers or {}) do headers[name] = value or nil end
  return assert(http.request {
    method = made.method, url = self.inside.url .. made.path, headers = headers, body = made.sent or made.body,
  })
end

--- Runs `check` while the handlers of events that are held wait; they go on behind it.
function Receiver:hold(check)
  self.inside:run [[ngx.shared.done:delete "released"]]
  check()
  self.inside:run [[ngx.shared.done:set("released", true)]]
end

--- How often the handler has done each event, by id.
function Receiver:done()
  return self.inside:run [[
    local list, counts = ngx.shared.done, {}
    for _ = 1, list:llen "list" do
      local item = list:lpop "list"
      list:rpush("list", item)
      local id = item:match "^%S+"
      counts[id] = (counts[id] or 0) + 1
    end
    counts.none = 0
    return counts
  ]]
end

--- How often the handler has begun with an event.
function Receiver:begun(id)
  return self.inside:run("return ngx.shared.done:get(...)", "begun " .. id)
end

--- The same as `done`, of one event, once it is done.
function Receiver:comes_to_be_done(id)
  return wait.until_true(function() return self:done()[id] end)
end

return M
