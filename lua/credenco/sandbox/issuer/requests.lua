--- What a wallet may send to the issuer's endpoints. Each reader gives what was sent, or the refusal of it in the words
--- of the specification.
local offers = require "credenco.sandbox.issuer.offers"
local reply = require "credenco.sandbox.app.reply"

local M = {}

local function refuse(code, description)
  return nil, reply.oauth(400, code, description)
end

--- Token request: OpenID4VCI 1.0, 6.1. Parameters that it does not name are ignored.
---@return string? code the pre-authorized one
---@return credenco.SandboxReply? refusal
function M.token(request)
  local form, err = request:form()
  if not form then
    return refuse("invalid_request", err)
  end
  if form.grant_type == nil then
    return refuse("invalid_request", "grant_type is missing")
  end
  if form.grant_type ~= offers.GRANT_TYPE then
    return refuse("unsupported_grant_type", "this issuer takes pre-authorized codes only")
  end
  if form.tx_code ~= nil then
    return refuse("invalid_request", "no tx_code is expected")
  end
  if form["pre-authorized_code"] == nil then
    return refuse("invalid_request", "pre-authorized_code is missing")
  end
  return form["pre-authorized_code"]
end

return M
