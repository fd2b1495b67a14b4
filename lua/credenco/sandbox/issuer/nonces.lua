--- Nonces for key proofs (OpenID4VCI 1.0, 7). Each is valid for one credential request.
local clock = require "credenco.sandbox.ground.clock"
local random = require "credenco.sandbox.ground.random"
local store = require "credenco.sandbox.ground.store"

local M = {}

local TTL_S = 300

---@return string nonce
function M.create()
  local nonce = random.token()
  store.set("nonce:" .. nonce, { expires_at = clock.now() + TTL_S }, TTL_S)
  return nonce
end

--- Uses a nonce.
---@return boolean good it is the sandbox's own, still valid, and was not used before
function M.take(nonce)
  local found = store.get("nonce:" .. nonce)
  if not found or found.expires_at <= clock.now() then
    return false
  end
  return store.claim("nonce:" .. nonce, TTL_S)
end

return M
