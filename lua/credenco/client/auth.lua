--- The header fields with the client's API key or OAuth2 token.
---
--- auth:headers(refused, deadline_ms, step) returns a table of headers, or nil and an error, or nil and "unchanged" if
--- there are no credentials other than the refused ones. `refused` is a table that it returned earlier and that the
--- server did not accept. It returns the same table as long as the credentials are the same.

local auth_schemes = require "credenco.base.auth_schemes"
local errors = require "credenco.client.errors"
local loop = require "credenco.loop"

local M = {}

local JSON_TYPE = "application/json"

-- None ------------------------------------------------------------------------

local Nobody = { renewable = false }
Nobody.__index = Nobody

function Nobody:headers(_, _, step)
  return nil, errors.new {
    code = "unauthorized", step = step, message = "this call needs credentials: give the client an api_key or oauth2",
  }
end

function Nobody:secrets()
  return {}
end

--- A client without credentials: each call that needs them fails with `unauthorized`.
function M.nobody()
  return setmetatable({}, Nobody)
end

-- API key ---------------------------------------------------------------------

local ApiKey = {}
ApiKey.__index = ApiKey

-- The headers with this key. Keeps the current ones.
local function with_key(self, key)
  if self.key == key then return self.of_key end
  local field, value = self.scheme.field, self.scheme.prefix .. key
  self.key, self.of_key = key, { ["content-type"] = JSON_TYPE, accept = JSON_TYPE, [field] = value }
  self.keys[self.of_key] = key
  return self.of_key
end

function ApiKey:headers(refused, _, step)
  local key, err = self.secret:get(refused and self.keys[refused], step)
  if key then return with_key(self, key) end
  return nil, err or "unchanged"
end

function ApiKey:secrets(headers)
  return { self.secret:all(), carried = headers and self.keys[headers] }
end

--- @param secret credenco.Secret
--- @param scheme string a name in `credenco.base.auth_schemes`
function M.api_key(secret, scheme)
  return setmetatable({
    secret = secret, scheme = auth_schemes.BY_NAME[scheme], renewable = secret.changes,
    keys = setmetatable({}, { __mode = "k" }), -- headers that were returned -> their key
  }, ApiKey)
end

-- OAuth2 client credentials (RFC 6749, 4.4) --------------------------------------

local OAuth2 = {}
OAuth2.__index = OAuth2

-- A token is renewed while it is still valid: in the last fifth of its life, but at most this long before its end. So
-- no call waits for it, and none carries a token that expires on the way.
local EARLY_MS = 60000
local EARLY_SHARE = 0.2

-- The longest time that calls wait for a fetch, after the token call's own deadline, before another begins: nginx drops
-- a task when it has too many.
local FETCH_SPARE_MS = 1000

--- @param settings table  the option `oauth2`, checked
--- @param request credenco.TokenRequest
--- @param call fun(): table?, credenco.Error?  makes the token call
--- @param timeout_ms integer  the token call's deadline
function M.oauth2(settings, request, call, timeout_ms)
  return setmetatable({
    request = request,
    call = call,
    timeout_ms = timeout_ms,
    shared = settings.shared_dict and require("credenco.client.auth.shared").new(settings),
    renewable = true,
    waiting = {}, -- set of the tickets that wait for the current fetch
  }, OAuth2)
end

-- The token that a request carried may not be the current one.
function OAuth2:secrets(headers)
  local token = self.token and self.token.value
  local carried = headers and headers.authorization and headers.authorization:match("^Bearer (.*)")
  return { secrets = self.request:secrets(), token = token, carried = carried }
end

local function as_headers(value)
  return { ["content-type"] = JSON_TYPE, accept = JSON_TYPE, authorization = "Bearer " .. value }
end

local function date(token, asked_ms)
  if not token.lifetime_ms then return end
  token.dies_ms = asked_ms + token.lifetime_ms
  token.renew_ms = token.dies_ms - math.min(EARLY_MS, token.lifetime_ms * EARLY_SHARE)
end

local function ask(self)
  local asked_ms = loop.now_ms()
  local token, err = self.call()
  if err and err.code == "unauthorized" and self.request:renew() then token, err = self.call() end
  if token then date(token, asked_ms) end
  return token, err
end

local function obtain(self)
  if not self.shared then return ask(self) end
  return self.shared:obtain(function() return ask(self) end, self.refused, loop.now_ms() + self.timeout_ms)
end

local function wake_all(self, headers, err)
  local waiting = self.waiting
  self.waiting = {}
  for ticket in pairs(waiting) do loop.wake(ticket, headers, err) end
end

-- One fetch serves all waiting calls. It is a task of its own, so that it continues when a caller gives up.
local function fetch(self)
  local ok, token, err = pcall(obtain, self)
  local thrown = not ok and token
  if thrown then
    token, err = nil, errors.new { code = "closed", step = "token", message = "the token call was interrupted" }
  end
  if token then
    token.headers = as_headers(token.value)
    self.token = token
  end
  self.fetching = false
  self.failed = err
  wake_all(self, token and token.headers, err)
  if thrown then error(thrown, 0) end
end

local function start_fetch(self)
  local now = loop.now_ms()
  if self.fetching and now < self.given_up_ms then return end
  self.fetching = true
  self.given_up_ms = now + self.timeout_ms + FETCH_SPARE_MS
  self.failed = nil
  loop.detach(fetch, self)
end

local function wait_for_token(self, deadline_ms)
  start_fetch(self)
  if not self.fetching then return self.token and self.token.headers, self.failed end
  local ticket = loop.self()
  self.waiting[ticket] = true
  local headers, err = loop.wait(ticket, deadline_ms)
  self.waiting[ticket] = nil
  return headers, err
end

local function is_dead(token, now)
  return token.dies_ms and now >= token.dies_ms
end

local function drop(self, token)
  self.token = nil
  self.refused = token.value
  if self.shared then self.shared:drop(token.value) end
end

---@param refused table?      headers that got a 401
---@param deadline_ms number
---@return table? headers
---@return credenco.Error|"timeout"|nil err
function OAuth2:headers(refused, deadline_ms)
  local now = loop.now_ms()
  local token = self.token
  if token and (refused == token.headers or is_dead(token, now)) then
    drop(self, token)
    token = nil
  end
  if token then
    if token.renew_ms and now >= token.renew_ms then start_fetch(self) end
    return (self.token or token).headers
  end
  return wait_for_token(self, deadline_ms)
end

return M
