--- Proofs of a key: { name, changes for spec.sandbox.holder's proof, error code; none where it is a good one }.
--- A function is given the world of a proof: `key`, `did`, `issuer`, `make(changes)`.
local holder = require "spec.sandbox.holder"

local NOW = os.time()

local function payload(changes) return { payload = changes } end
local function header(changes) return { header = changes } end

--- Named by a kid in place of a jwk.
local function by_kid(kid)
  return function(it)
    return it.make { header = { kid = type(kid) == "function" and kid(it) or kid }, without = { "jwk" } }
  end
end

--- The jwk of the proof with changes.
local function jwk(changes)
  return function(it)
    local changed = holder.jwk(it.key)
    for name, value in pairs(changes) do changed[name] = value end
    return it.make { header = { jwk = changed } }
  end
end

--- A proof that is not made, but written.
local function written(text)
  return function() return text end
end

--- A proof with a part in place of its own; its signature is another's then.
local function with_part(number, text)
  return function(it)
    local parts = {}
    for part in it.make({}):gmatch "[^.]+" do parts[#parts + 1] = part end
    parts[number] = text
    return table.concat(parts, ".")
  end
end

local A43 = ("A"):rep(43)

return {
  { "with a jwk", {} },
  { "with a did:jwk", by_kid(function(it) return it.did .. "#0" end) },
  { "with a did:jwk without a fragment", by_kid(function(it) return it.did end) },
  { "with a did:jwk for signatures", by_kid(function(it) return it.did_with { use = "sig" } .. "#0" end) },
  { "with a jwk that says more of itself", jwk { kid = "k", alg = "ES256", use = "sig", key_ops = { "verify" } } },
  { "with header members that nobody knows", header { cty = "x", future = { 1 } } },
  { "with claims that nobody knows", payload { jti = "1", sub = "x", future = { {} } } },
  { "with an iss, which anonymous wallets leave out", payload { iss = "wallet" } },
  { "with an exp to come", payload { exp = NOW + 60 } },
  { "with a fraction in iat", payload { iat = NOW + 0.25 } },
  { "four minutes old", payload { iat = NOW - 240 } },
  { "half a minute ahead", payload { iat = NOW + 30 } },
  { "with a list of audiences", function(it) return it.make(payload { aud = { "x", it.issuer } }) end },

  { "with a nonce that nobody gave out", payload { nonce = "wrong" }, "invalid_nonce" },
  { "without a nonce", { without = { "nonce" } }, "invalid_proof" },
  { "with a nonce that is a number", payload { nonce = 1 }, "invalid_proof" },
  { "with a nonce that is a list", payload { nonce = { "x" } }, "invalid_proof" },
  { "with an empty nonce", payload { nonce = "" }, "invalid_proof" },
  { "signed by another key", { signed_by = holder.new_key() }, "invalid_proof" },
  { "for another audience", payload { aud = "https://other.example" }, "invalid_proof" },
  { "for an audience with a slash more", function(it) return it.make(payload { aud = it.issuer .. "/" }) end,
    "invalid_proof" },
  { "without an audience", { without = { "aud" } }, "invalid_proof" },
  { "with an audience that is a number", payload { aud = 1 }, "invalid_proof" },
  { "with an audience that is an object", payload { aud = { x = 1 } }, "invalid_proof" },
  { "with a list of numbers as audience", payload { aud = { 1 } }, "invalid_proof" },
  { "of another type", header { typ = "JWT" }, "invalid_proof" },
  { "of a type in capitals", header { typ = "OPENID4VCI-PROOF+JWT" }, "invalid_proof" },
  { "of a type that is a number", header { typ = 1 }, "invalid_proof" },
  { "without a type", { without = { "typ" } }, "invalid_proof" },
  { "with the algorithm none", header { alg = "none" }, "invalid_proof" },
  { "with an algorithm of a shared secret", header { alg = "HS256" }, "invalid_proof" },
  { "with another algorithm", header { alg = "ES384" }, "invalid_proof" },
  { "with an algorithm that is an object", header { alg = {} }, "invalid_proof" },
  { "without an algorithm", { without = { "alg" } }, "invalid_proof" },
  { "with critical extensions", header { crit = { "exp" } }, "invalid_proof" },
  { "an hour old", payload { iat = NOW - 3600 }, "invalid_proof" },
  { "an hour ahead", payload { iat = NOW + 3600 }, "invalid_proof" },
  { "at the end of all time", payload { iat = 1e300 }, "invalid_proof" },
  { "with a date that is a text", payload { iat = tostring(NOW) }, "invalid_proof" },
  { "without a date", { without = { "iat" } }, "invalid_proof" },
  { "that has expired", payload { exp = NOW - 3600 }, "invalid_proof" },
  { "with an exp that is a text", payload { exp = "never" }, "invalid_proof" },
  { "that is not valid yet", payload { nbf = NOW + 3600 }, "invalid_proof" },
  { "with an iss that is a number", payload { iss = 1 }, "invalid_proof" },
  { "without a key", { without = { "jwk" } }, "invalid_proof" },
  { "with jwk and kid", function(it) return it.make(header { kid = it.did .. "#0" }) end, "invalid_proof" },
  { "with jwk and x5c", header { x5c = { "MIIB" } }, "invalid_proof" },
  { "with x5c alone", { header = { x5c = { "MIIB" } }, without = { "jwk" } }, "invalid_proof" },
  { "with a kid of another method", by_kid "did:web:x#0", "invalid_proof" },
  { "with a kid that is no DID", by_kid "key-1", "invalid_proof" },
  { "with an empty kid", by_kid "", "invalid_proof" },
  { "with a kid that is a number", by_kid(7), "invalid_proof" },
  { "with a kid that is an object", by_kid { "x" }, "invalid_proof" },
  { "with another fragment", by_kid(function(it) return it.did .. "#1" end), "invalid_proof" },
  { "with a did:jwk of nothing", by_kid "did:jwk:#0", "invalid_proof" },
  { "with a did:jwk of no JSON", by_kid "did:jwk:eA#0", "invalid_proof" },
  { "with a did:jwk of a list", by_kid("did:jwk:" .. holder.base64url "[]" .. "#0"), "invalid_proof" },
  { "with a did:jwk of an empty key", by_kid "did:jwk:e30#0", "invalid_proof" },
  { "with a did:jwk of 1e400", by_kid("did:jwk:" .. holder.base64url '{"kty":"EC","x":1e400}' .. "#0"), "invalid_proof" },
  { "with a did:jwk for encryption", by_kid(function(it) return it.did_with { use = "enc" } .. "#0" end),
    "invalid_proof" },
  { "with a jwk for encryption", jwk { use = "enc" }, "invalid_proof" },
  { "with a jwk that is a text", header { jwk = "x" }, "invalid_proof" },
  { "with a jwk that is a list", header { jwk = { "x" } }, "invalid_proof" },
  { "with a jwk of another type", jwk { kty = "RSA" }, "invalid_proof" },
  { "with a jwk whose kty is a number", jwk { kty = 1 }, "invalid_proof" },
  { "with a jwk of another curve", jwk { crv = "P-384" }, "invalid_proof" },
  { "with a jwk whose curve is an object", jwk { crv = {} }, "invalid_proof" },
  { "with a jwk whose x is a number", jwk { x = 1 }, "invalid_proof" },
  { "with a jwk whose x is short", jwk { x = "AA" }, "invalid_proof" },
  { "with a jwk whose y is not base64url", jwk { y = ("+"):rep(43) }, "invalid_proof" },
  { "with a jwk that is no point of the curve", jwk { x = A43, y = A43 }, "invalid_proof" },
  { "with a private key", jwk { d = A43 }, "invalid_proof" },
  { "with a private key that is an object", jwk { d = {} }, "invalid_proof" },
  { "that is empty", written "", "invalid_proof" },
  { "that is no JWT", written "x.y.z", "invalid_proof" },
  { "of two parts", written "e30.e30", "invalid_proof" },
  { "of four parts", written "e30.e30.e30.e30", "invalid_proof" },
  { "of odd letters", written "e30=.e30=.e30=", "invalid_proof" },
  { "with an empty header", with_part(1, "e30"), "invalid_proof" },
  { "with a list for a payload", with_part(2, holder.base64url "[]"), "invalid_proof" },
  { "with a payload that is not UTF-8", with_part(2, holder.base64url '{"aud":"\255"}'), "invalid_proof" },
  { "with 1e400 in its payload", with_part(2, holder.base64url '{"iat":1e400}'), "invalid_proof" },
  { "with a payload of a thousand levels", with_part(2, holder.base64url(('{"a":'):rep(1000))), "invalid_proof" },
  { "with an empty signature", with_part(3, ""), "invalid_proof" },
  { "with a signature of zeroes", with_part(3, ("A"):rep(86)), "invalid_proof" },
  { "with a signature of one byte", with_part(3, "AA"), "invalid_proof" },
  { "with a signature in five letters", with_part(3, "AAAAA"), "invalid_proof" },
}
