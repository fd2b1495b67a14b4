--- Selective disclosure JWTs (RFC 9901): each claim hidden behind a salted digest, and put
--- back from its disclosure by whoever holds it.
local base64url = require "credenco.sandbox.crypto.base64url"
local es256 = require "credenco.sandbox.crypto.es256"
local json = require "credenco.sandbox.app.json"
local jws = require "credenco.sandbox.crypto.jws"
local rand = require "openssl.rand"

local M = {}

local SALT_BYTES = 16
local MAX_DEPTH = 64

local function digest_of(disclosure)
  return base64url.encode(es256.sha256(disclosure))
end

local function disclosure_for(name, value)
  local salt = base64url.encode(rand.bytes(SALT_BYTES))
  return base64url.encode(json.encode { salt, name, value })
end

--- Signs `payload` with every one of `claims` selectively disclosable.
---@param header table
---@param payload table plain claims such as iss; not changed
---@param claims table<string, any>
---@param jwk credenco.EcJwk private
---@return string sd_jwt issuer-signed JWT and disclosures, ending in "~"
function M.issue(header, payload, claims, jwk)
  local signed, disclosures, digests = { _sd_alg = "sha-256" }, {}, json.array({})
  for name, value in pairs(payload) do
    signed[name] = value
  end
  for name, value in pairs(claims) do
    local disclosure = disclosure_for(name, value)
    disclosures[#disclosures + 1] = disclosure
    digests[#digests + 1] = digest_of(disclosure)
  end
  table.sort(digests) -- their order says nothing of the claims'
  signed._sd = #digests > 0 and digests or nil
  table.insert(disclosures, 1, jws.sign(header, signed, jwk))
  return table.concat(disclosures, "~") .. "~"
end

---@class credenco.SdJwt
---@field jws credenco.Jws
---@field payload table with the disclosed claims in their places

local function parse_disclosure(text)
  local bytes = base64url.decode(text)
  local parts = bytes and json.decode(bytes)
  if type(parts) ~= "table" or not json.is_array(parts) or type(parts[1]) ~= "string" then
    return nil
  end
  return #parts >= 2 and #parts <= 3 and parts or nil
end

--- The disclosures by digest, each marked unused.
local function index_disclosures(list)
  local by_digest = {}
  for _, text in ipairs(list) do
    local parts, digest = parse_disclosure(text), digest_of(text)
    if not parts then
      return nil, "a disclosure is not [salt, name, value]"
    end
    if by_digest[digest] then
      return nil, "a disclosure occurs twice"
    end
    by_digest[digest] = { parts = parts }
  end
  return by_digest
end

local restore

--- An array element { "...": digest } gives way to its value, or disappears.
local function restore_list(list, context, depth)
  local restored = json.array({})
  for _, element in ipairs(list) do
    local digest = json.is_object(element) and element["..."]
    local entry = digest and context.by_digest[digest]
    if entry and #entry.parts == 2 then
      entry.used = true
      restored[#restored + 1] = restore(entry.parts[2], context, depth)
    elseif not digest then
      restored[#restored + 1] = restore(element, context, depth)
    end
  end
  return restored
end

local function put_back(object, digest, context, depth)
  local entry = context.by_digest[digest]
  if not entry then
    return -- a decoy, or a claim that was not disclosed
  end
  local name = entry.parts[2]
  if #entry.parts ~= 3 or entry.used or name == "_sd" or name == "..." or object[name] ~= nil then
    context.err = "a disclosure does not fit the place of its digest"
    return
  end
  entry.used = true
  object[name] = restore(entry.parts[3], context, depth)
end

local function restore_object(object, context, depth)
  local restored = {}
  for name, value in pairs(object) do
    if name ~= "_sd" then
      restored[name] = restore(value, context, depth)
    end
  end
  for _, digest in ipairs(type(object._sd) == "table" and object._sd or {}) do
    put_back(restored, digest, context, depth)
  end
  return restored
end

function restore(value, context, depth)
  if type(value) ~= "table" then
    return value
  end
  if depth > MAX_DEPTH then
    context.err = "the claims are nested too deeply"
    return nil
  end
  if json.is_array(value) then
    return restore_list(value, context, depth + 1)
  end
  return restore_object(value, context, depth + 1)
end

local function check_all_used(by_digest)
  for _, entry in pairs(by_digest) do
    if not entry.used then
      return nil, "a disclosure belongs to no digest"
    end
  end
  return true
end

local function split(text)
  local parts = {}
  for part in text:gmatch "([^~]*)~" do
    parts[#parts + 1] = part
  end
  return table.remove(parts, 1), parts
end

--- Takes an SD-JWT without key binding apart, its claims put back; verifies no signature.
---@param text string
---@return credenco.SdJwt?
---@return string? err
function M.parse(text)
  if not text:find "~$" then
    return nil, "not an SD-JWT: it does not end in '~'"
  end
  local signed, list = split(text)
  local token, err = jws.parse(signed)
  if not token then
    return nil, err
  end
  local algorithm = token.payload._sd_alg
  if algorithm ~= nil and algorithm ~= "sha-256" then
    return nil, "the disclosures are not hashed with sha-256"
  end
  local by_digest, index_err = index_disclosures(list)
  if not by_digest then
    return nil, index_err
  end
  local context = { by_digest = by_digest }
  local payload = restore(token.payload, context, 1)
  local all_used, unused_err = check_all_used(by_digest)
  if context.err or not all_used then
    return nil, context.err or unused_err
  end
  payload._sd_alg = nil
  return { jws = token, payload = payload }
end

return M
