--- ES256 keys and signatures (RFC 7518, 3.4): OpenSSL's ECDSA on P-256, JWKs, and the raw r||s form of JOSE in place of
--- OpenSSL's DER.
local bignum = require "openssl.bignum"
local digest = require "openssl.digest"
local pkey = require "openssl.pkey"
local base64 = require "credenco.base.base64"
local ecdsa = require "credenco.base.ecdsa"

local M = {}

local FIELD_BYTES = 32
local UNCOMPRESSED_POINT = "\4"

---@class credenco.EcJwk
---@field kty "EC"
---@field crv "P-256"
---@field x string
---@field y string
---@field d string? the private part

local function new_key()
  return pkey.new { type = "EC", curve = "prime256v1" }
end

local function padded(bytes)
  return ("\0"):rep(FIELD_BYTES - #bytes) .. bytes
end

--- A new key pair as a private JWK.
---@return credenco.EcJwk
function M.generate()
  local parameters = new_key():getParameters()
  local point = parameters.pub_key:toBinary()
  return {
    kty = "EC", crv = "P-256",
    x = base64.encode_url(point:sub(2, 1 + FIELD_BYTES)),
    y = base64.encode_url(point:sub(2 + FIELD_BYTES)),
    d = base64.encode_url(padded(parameters.priv_key:toBinary())),
  }
end

--- The public part of a JWK, without other members.
---@param jwk credenco.EcJwk
---@return credenco.EcJwk
function M.public(jwk)
  return { kty = jwk.kty, crv = jwk.crv, x = jwk.x, y = jwk.y }
end

local function coordinate(text)
  local bytes = base64.decode_url(text)
  return bytes and #bytes == FIELD_BYTES and bytes or nil
end

--- An OpenSSL key from a JWK; private if the JWK is.
---@return userdata? key
---@return string? err
local function load(jwk)
  if type(jwk) ~= "table" or jwk.kty ~= "EC" or jwk.crv ~= "P-256" then
    return nil, "the key is not an EC key on P-256"
  end
  local x, y = coordinate(jwk.x), coordinate(jwk.y)
  if not x or not y then
    return nil, "the key's coordinates are not 32 bytes each"
  end
  local parameters = { pub_key = bignum.fromBinary(UNCOMPRESSED_POINT .. x .. y) }
  parameters.priv_key = jwk.d and bignum.fromBinary(coordinate(jwk.d))
  local key = new_key()
  if not pcall(key.setParameters, key, parameters) then
    return nil, "the key is not a point of P-256"
  end
  return key
end

--- Whether a JWK is a public key that this software can use.
---@return boolean? ok
---@return string? err
function M.check(jwk)
  local key, err = load(jwk)
  return key and true, err
end

local function hash(data)
  local state = digest.new "sha256"
  state:update(data)
  return state
end

---@param data string
---@return string bytes
function M.sha256(data)
  return hash(data):final()
end

local function der_integer(bytes)
  local digits = bytes:gsub("^%z+", "")
  if digits == "" or digits:byte() >= 0x80 then
    digits = "\0" .. digits
  end
  return "\2" .. string.char(#digits) .. digits
end

local function to_der(raw)
  local body = der_integer(raw:sub(1, FIELD_BYTES)) .. der_integer(raw:sub(FIELD_BYTES + 1))
  return "\48" .. string.char(#body) .. body
end

---@param jwk credenco.EcJwk private
---@param data string
---@return string signature 64 bytes
function M.sign(jwk, data)
  return ecdsa.to_raw(assert(load(jwk)):sign(hash(data)), FIELD_BYTES)
end

---@param jwk credenco.EcJwk
---@param data string
---@param signature string
---@return boolean? ok
---@return string? err
function M.verify(jwk, data, signature)
  local key, err = load(jwk)
  if not key then
    return nil, err
  end
  if #signature ~= 2 * FIELD_BYTES then
    return nil, "an ES256 signature has 64 bytes"
  end
  local ok, verified = pcall(key.verify, key, to_der(signature), hash(data))
  if not ok or not verified then
    return nil, "the signature does not match"
  end
  return true
end

--- JWK thumbprint, RFC 7638.
---@return string
function M.thumbprint(jwk)
  local canonical = ('{"crv":"%s","kty":"%s","x":"%s","y":"%s"}'):format(jwk.crv, jwk.kty, jwk.x, jwk.y)
  return base64.encode_url(M.sha256(canonical))
end

return M
