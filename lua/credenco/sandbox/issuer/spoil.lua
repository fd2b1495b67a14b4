--- Credentials with one mistake, for wallets to refuse. Only the fault "credential" makes them.
local base64 = require "credenco.base.base64"
local clock = require "credenco.sandbox.ground.clock"
local es256 = require "credenco.sandbox.crypto.es256"
local json = require "credenco.sandbox.ground.json"

local M = {}

local HOUR_S = 3600

--- The change before signing: to the template, the holder, the envelope or the signing key.
local BEFORE = {
  vct = function(plan) plan.vct = plan.vct .. "/other" end,
  expired = function(plan) plan.expires_at = clock.now() - HOUR_S end,
  holder = function(plan) plan.holder = { key = es256.public(es256.generate()) } end,
  other_key = function(plan) plan.signing_key = es256.generate() end,
}

local function replace_at(text, position)
  local new = text:sub(position, position) == "A" and "B" or "A"
  return text:sub(1, position - 1) .. new .. text:sub(position + 1)
end

--- The change of the finished text.
local AFTER = {
  signature = function(text)
    local _, second_dot = text:find "^[^.]+%.[^.]+%."
    return replace_at(text, second_dot + 10)
  end,
  disclosure = function(text)
    return (text:gsub("~([%w_-]+)~", function(disclosure)
      local parts = json.decode(base64.decode_url(disclosure))
      parts[1] = parts[1] .. "x"
      return "~" .. base64.encode_url(json.encode(parts)) .. "~"
    end, 1))
  end,
}

---@param change string?
---@param plan table from issuer/credential_maker.lua
function M.before(change, plan)
  if BEFORE[change] then
    BEFORE[change](plan)
  end
end

---@param change string?
---@param text string
---@return string text
function M.after(change, text)
  return AFTER[change] and AFTER[change](text) or text
end

return M
