--- JSON Web Signatures in compact form, ES256 only.
local base64 = require "credenco.base.base64"
local es256 = require "credenco.sandbox.crypto.es256"
local json = require "credenco.sandbox.ground.json"
local schema = require "credenco.sandbox.ground.schema"

local M = {}

--- JOSE header: RFC 7515, 4. Members that are not declared are kept unchanged.
local HEADER = {
  type = "object", values = schema.ANY,
  members = { alg = { type = "string", required = true }, typ = { type = "string" }, kid = { type = "string" } },
}
local PAYLOAD = { type = "object" }

---@class credenco.Jws
---@field header table
---@field payload table
---@field signed string the signed bytes
---@field signature string

---@param header table `alg` is added
---@param payload table
---@param jwk credenco.EcJwk private
---@return string jws
function M.sign(header, payload, jwk)
  header.alg = "ES256"
  local signed = base64.encode_url(json.encode(header)) .. "." .. base64.encode_url(json.encode(payload))
  return signed .. "." .. base64.encode_url(es256.sign(jwk, signed))
end

--- Parses a JWS without checking its signature.
---@param text string
---@return credenco.Jws?
---@return string? err
function M.parse(text)
  local head, body, tail = text:match "^([%w_-]+)%.([%w_-]+)%.([%w_-]+)$"
  if not head then
    return nil, "not a compact JWS"
  end
  local header, header_err = schema.decode(HEADER, base64.decode_url(head) or "", "the JWS header")
  if not header then
    return nil, header_err
  end
  local payload, payload_err = schema.decode(PAYLOAD, base64.decode_url(body) or "", "the JWS payload")
  if not payload then
    return nil, payload_err
  end
  local signature = base64.decode_url(tail)
  if not signature then
    return nil, "the JWS has no signature"
  end
  if header.alg ~= "ES256" then
    return nil, "the JWS is not signed with ES256"
  end
  if header.crit ~= nil then
    return nil, "the JWS has critical extensions that this wallet does not know"
  end
  return { header = header, payload = payload, signed = head .. "." .. body, signature = signature }
end

--- The media type in `typ`, without its "application/" and in lower case (RFC 7515, 4.1.9; RFC 6838, 4.2).
---@param jws credenco.Jws
---@return string media_type "" if there is none
function M.media_type(jws)
  return ((jws.header.typ or ""):lower():gsub("^application/", ""))
end

---@param jws credenco.Jws
---@param jwk credenco.EcJwk
---@return boolean? ok
---@return string? err
function M.verify(jws, jwk)
  return es256.verify(jwk, jws.signed, jws.signature)
end

return M
