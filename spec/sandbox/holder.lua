--- A wallet for the specs, made of OpenSSL and nothing of the sandbox: it redeems offers
--- step by step, so that a spec can get one step wrong.
local bignum = require "openssl.bignum"
local cjson = require "cjson"
local digest = require "openssl.digest"
local http = require "spec.sandbox.http"
local pkey = require "openssl.pkey"

local M = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local GRANT_TYPE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

--- base64url, RFC 4648.
function M.base64url(bytes)
  local out = {}
  for i = 1, #bytes, 3 do
    local a, b, c = bytes:byte(i, i + 2)
    local bits = a * 65536 + (b or 0) * 256 + (c or 0)
    for position = 0, c and 3 or b and 2 or 1 do
      local sextet = math.floor(bits / 64 ^ (3 - position)) % 64
      out[#out + 1] = ALPHABET:sub(sextet + 1, sextet + 1)
    end
  end
  return table.concat(out)
end

--- The bytes behind base64url.
function M.from_base64url(text)
  local out, bits, count = {}, 0, 0
  for letter in text:gmatch "." do
    bits, count = bits * 64 + ALPHABET:find(letter, 1, true) - 1, count + 6
    if count >= 8 then
      count = count - 8
      out[#out + 1] = string.char(math.floor(bits / 2 ^ count))
      bits = bits % 2 ^ count
    end
  end
  return table.concat(out)
end

--- The payload of a JWT, or of an SD-JWT as it is signed.
function M.payload(jwt)
  return cjson.decode(M.from_base64url(jwt:match "^[^.]+%.([^.]+)"))
end

function M.new_key()
  return pkey.new { type = "EC", curve = "prime256v1" }
end

--- The public JWK of a key.
function M.jwk(key)
  local point = key:getParameters().pub_key:toBinary()
  return { kty = "EC", crv = "P-256", x = M.base64url(point:sub(2, 33)), y = M.base64url(point:sub(34)) }
end

--- The did:jwk of a key, in the letters that cjson happens to write it in.
function M.did_jwk(key)
  return "did:jwk:" .. M.base64url(cjson.encode(M.jwk(key)))
end

local function padded(number)
  local bytes = number:toBinary()
  return ("\0"):rep(32 - #bytes) .. bytes
end

--- r||s of a DER signature.
local function raw_signature(der)
  local r_length = der:byte(4)
  local r, s = der:sub(5, 4 + r_length), der:sub(7 + r_length)
  return padded(bignum.fromBinary(r)) .. padded(bignum.fromBinary(s))
end

--- A JWS over two JSON texts.
function M.sign_text(key, header, payload)
  local signed = M.base64url(header) .. "." .. M.base64url(payload)
  local hash = digest.new "sha256"
  hash:update(signed)
  return signed .. "." .. M.base64url(raw_signature(key:sign(hash)))
end

--- A JWT of a header and a payload that are texts, whatever they say.
function M.sign_text(key, header, payload)
  local signed = M.base64url(header) .. "." .. M.base64url(payload)
  local hash = digest.new "sha256"
  hash:update(signed)
  return signed .. "." .. M.base64url(raw_signature(key:sign(hash)))
end

function M.sign(key, header, payload)
  return M.sign_text(key, cjson.encode(header), cjson.encode(payload))
end

local function decode(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

--- Fetches the offer behind a percent-encoded credential_offer_uri.
function M.fetch_offer(encoded)
  return assert(http.request { url = decode(encoded) }).json
end

function M.code_of(offer)
  return offer.grants[GRANT_TYPE]["pre-authorized_code"]
end

--- POSTs to an endpoint of the issuer: a table becomes JSON, a string is a form.
function M.post(url, body, token)
  local headers = { Authorization = token and "Bearer " .. token or nil }
  if type(body) == "string" then
    headers["content-type"] = "application/x-www-form-urlencoded"
    return assert(http.request { method = "POST", url = url, body = body, headers = headers })
  end
  return assert(http.request { method = "POST", url = url, json = body, headers = headers })
end

function M.redeem(issuer, code)
  return M.post(issuer .. "/token", "grant_type=" .. GRANT_TYPE .. "&pre-authorized_code=" .. code)
end

function M.nonce(issuer)
  return M.post(issuer .. "/nonce", {}).json.c_nonce
end

--- A key proof; `changes` overrides its header and payload, or the key that signs it.
function M.proof(key, issuer, nonce, changes)
  changes = changes or {}
  local header = { alg = "ES256", typ = "openid4vci-proof+jwt", jwk = M.jwk(key) }
  local payload = { aud = issuer, iat = os.time(), nonce = nonce }
  for name, value in pairs(changes.header or {}) do header[name] = value end
  for name, value in pairs(changes.payload or {}) do payload[name] = value end
  for _, name in ipairs(changes.without or {}) do header[name], payload[name] = nil, nil end
  return M.sign(changes.signed_by or key, header, payload)
end

return M
