--- Issues verifiable credentials straight into business wallets through the Credenco
--- API. docs/getting-started.md has a first program.

local refusal = require("credenco.base.engine").refusal()
if refusal then error(refusal, 0) end

local client = require "credenco.client"
local core = require "credenco.core"
local errors = require "credenco.client.errors"
local json = require "credenco.base.json"

local M = {
  _VERSION = core.version,
  null = json.null,
  array = json.array,
  object = json.object,
}

--- Makes a client for one issuer. Make it once and keep it: it holds the connections. A wrong option throws an error.
---@param options credenco.Options
---@return credenco.Client
function M.new(options)
  local made = client.new(options, 2) -- not a tail call, which would hide the caller to blame
  return made
end

--- Returns the decoded credential_offer_uri of a request URI (OpenID4VCI 1.0, 4.1.3).
---@param request_uri string the address of an offer, for any wallet
---@return string? offer_uri at most 8192 bytes: a secret until it is used
---@return credenco.Error? err  `no_offer_uri`, `offer_by_value`, `ambiguous_offer_uri`, `invalid_offer_uri` or `insecure_offer_uri`
function M.offer_uri(request_uri)
  if type(request_uri) ~= "string" then
    error("offer_uri: request_uri must be string, not " .. type(request_uri), 2)
  end
  local offer_uri, code = core.offer_uri(request_uri)
  if offer_uri then return offer_uri end
  return nil, errors.new { code = code, step = "offer_uri" }
end

return M
