--- Selective disclosure JWTs (RFC 9901): a salted digest hides each claim, and the holder's disclosure reveals it.
local base64 = require "credenco.base.base64"
local es256 = require "credenco.sandbox.crypto.es256"
local json = require "credenco.sandbox.ground.json"
local jws = require "credenco.sandbox.crypto.jws"
local rand = require "openssl.rand"
local schema = require "credenco.sandbox.ground.schema"

local M = {}

local SALT_BYTES = 16

local function digest_of(disclosure)
  return base64.encode_url(es256.sha256(disclosure))
end

local function disclosure_for(name, value)
  local salt = base64.encode_url(rand.bytes(SALT_BYTES))
  return base64.encode_url(json.encode { salt, name, value })
end

--- Signs `payload` with all of `claims` selectively disclosable.
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
  table.sort(digests) -- hides the order of the claims
  signed._sd = #digests > 0 and digests or nil
  table.insert(disclosures, 1, jws.sign(header, signed, jwk))
  return table.concat(disclosures, "~") .. "~"
end

--- The rules of RFC 9901 for an SD-JWT, as far as its parts alone can show a violation.
---@type table<string, { clause: string, says: string }>
local RULES = {
  form = { clause = "4", says = "an SD-JWT without key binding ends in '~'" },
  reserved = { clause = "4.1", says = "_sd and ... stand for digests and for nothing else" },
  algorithm = { clause = "4.1.1", says = "_sd_alg is sha-256, and at the top level only" },
  disclosure = {
    clause = "4.2.1", says = "a disclosure is [salt, name, value] or [salt, value], salt and name being strings",
  },
  name = { clause = "7.1, 3.3.2.2", says = "no disclosed claim is named _sd or ..." },
  place = { clause = "7.1, 3.3", says = "a disclosure for an object has a name, and one for an array has none" },
  taken = { clause = "7.1, 3.3.2.3", says = "a disclosed claim is not visible as well" },
  once = { clause = "7.1, 4", says = "every digest occurs once" },
  referenced = { clause = "7.1, 5", says = "every disclosure has its digest" },
  depth = { clause = "limit", says = ("claims are nested at most %d levels deep"):format(schema.MAX_DEPTH) },
}

local function violation(name)
  local rule = RULES[name]
  return ("rule broken: %s (RFC 9901, %s)"):format(rule.says, rule.clause)
end

--- Stops reading; `M.parse` catches it.
local function fail(name)
  error({ rule = name }, 0)
end

local DISCLOSURE = { type = "array", min = 2, max = 3 }

local function read_disclosure(text)
  local parts = schema.decode(DISCLOSURE, base64.decode_url(text) or "", "the disclosure")
  if not parts or type(parts[1]) ~= "string" or #parts == 3 and type(parts[2]) ~= "string" then
    fail "disclosure"
  end
  return { name = #parts == 3 and parts[2] or nil, value = parts[#parts] }
end

---@param list string[]
---@return table<string, { name: string?, value: any, used: boolean? }> by_digest
local function index_disclosures(list)
  local by_digest = {}
  for _, text in ipairs(list) do
    local digest = digest_of(text)
    if by_digest[digest] then fail "referenced" end
    by_digest[digest] = read_disclosure(text)
  end
  return by_digest
end

--- The disclosure of a digest in the payload; nil if it stays hidden, or is a decoy.
local function take(digest, context)
  if type(digest) ~= "string" then fail "reserved" end
  if context.seen[digest] then fail "once" end
  context.seen[digest] = true
  local disclosure = context.by_digest[digest]
  if disclosure then disclosure.used = true end
  return disclosure
end

local restore

--- The value in place of an array element { "...": digest }; nil removes the element.
local function restore_list(list, context, depth)
  local restored = json.array({})
  for _, element in ipairs(list) do
    if not json.is_object(element) or element["..."] == nil then
      restored[#restored + 1] = restore(element, context, depth)
    else
      if next(element, next(element)) ~= nil then fail "reserved" end
      local disclosure = take(element["..."], context)
      if disclosure and disclosure.name then fail "place" end
      restored[#restored + 1] = disclosure and restore(disclosure.value, context, depth)
    end
  end
  return restored
end

local function put_back(object, digest, context, depth)
  local disclosure = take(digest, context)
  if not disclosure then return end
  local name = disclosure.name
  if not name then fail "place" end
  if name == "_sd" or name == "..." then fail "name" end
  if name == "_sd_alg" then fail "algorithm" end
  if object[name] ~= nil then fail "taken" end
  object[name] = restore(disclosure.value, context, depth)
end

local function restore_object(object, context, depth)
  local restored = {}
  for name, value in pairs(object) do
    if name == "..." then fail "reserved" end
    if name == "_sd_alg" and depth > 1 then fail "algorithm" end
    if name ~= "_sd" then
      restored[name] = restore(value, context, depth + 1)
    end
  end
  if object._sd == nil then return restored end
  if type(object._sd) ~= "table" or not json.is_array(object._sd) then fail "reserved" end
  for _, digest in ipairs(object._sd) do
    put_back(restored, digest, context, depth + 1)
  end
  return restored
end

function restore(value, context, depth)
  if type(value) ~= "table" then return value end
  if depth > schema.MAX_DEPTH then fail "depth" end
  if json.is_array(value) then
    return restore_list(value, context, depth + 1)
  end
  return restore_object(value, context, depth)
end

--- The payload with disclosed claims in their places (RFC 9901, 7.1, steps 2.5 to 5).
local function process(payload, disclosures)
  if payload._sd_alg ~= nil and payload._sd_alg ~= "sha-256" then fail "algorithm" end
  local context = { by_digest = index_disclosures(disclosures), seen = {} }
  local processed = restore(payload, context, 1)
  for _, disclosure in pairs(context.by_digest) do
    if not disclosure.used then fail "referenced" end
  end
  processed._sd_alg = nil
  return processed
end

local function split(text)
  local parts = {}
  for part in text:gmatch "([^~]*)~" do
    parts[#parts + 1] = part
  end
  return table.remove(parts, 1), parts
end

---@class credenco.SdJwt
---@field jws credenco.Jws
---@field payload table with the disclosed claims in their places

--- Parses an SD-JWT without key binding, and puts its claims back. Verifies no signature.
---@param text string
---@return credenco.SdJwt?
---@return string? err
function M.parse(text)
  if not text:find "~$" then
    return nil, violation "form"
  end
  local signed, list = split(text)
  local token, err = jws.parse(signed)
  if not token then
    return nil, err
  end
  local ok, processed = pcall(process, token.payload, list)
  if not ok then
    return nil, violation(assert(type(processed) == "table" and processed.rule, processed))
  end
  return { jws = token, payload = processed }
end

return M
