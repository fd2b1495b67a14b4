--- Odd and illegal envelopes of a credential: header, issuer, times, type, binding, VC-JWT. Rows are as in
--- `spec.sandbox.odd.discovery`.
local holder = require "spec.sandbox.holder"
local json = require "credenco.sandbox.ground.json"
local odd = require "spec.sandbox.odd.issuer"

local array, null = odd.array, odd.null

local function vc(change)
  return function(plan)
    plan:as_vc_jwt()
    change(plan, plan.payload.vc)
  end
end

--- The credential's JWT is signed as this text, so that it can say what no table can.
local function as_text(plan, change) plan.payload = change(json.encode(plan.payload)) end

local function did_of(jwk_text) return "did:jwk:" .. holder.base64url(jwk_text) end

local function issued_by_jwk(plan, jwk_text)
  plan.did = did_of(jwk_text or json.encode(plan.jwk))
  plan.trusted, plan.payload.iss, plan.header.kid = plan.did, plan.did, plan.did .. "#0"
end

--- The JWK of the issuer with more members, as JSON.
local function jwk_with(plan, more)
  local copy = {}
  for name, value in pairs(plan.jwk) do copy[name] = value end
  for name, value in pairs(more) do copy[name] = value end
  return json.encode(copy)
end

return {
  { "typ DC+SD-JWT upper", "either", function(p) p.header.typ = "DC+SD-JWT" end },
  { "typ application/dc+sd-jwt", "kept", function(p) p.header.typ = "application/dc+sd-jwt" end },
  { "typ vc+sd-jwt", "kept", function(p) p.header.typ = "vc+sd-jwt" end },
  { "typ absent", "discarded", function(p) p.header.typ = nil end },
  { "typ JWT", "discarded", function(p) p.header.typ = "JWT" end },
  { "typ is a list", "discarded", function(p) p.header.typ = { "dc+sd-jwt" } end },
  { "alg none", "discarded", function(p) p.header.alg = "none" end },
  { "alg HS256", "discarded", function(p) p.header.alg = "HS256" end },
  { "alg absent", "discarded", function(p) p.header.alg = nil end },
  { "alg is a number", "discarded", function(p) p.header.alg = 7 end },
  { "crit names what nobody knows", "discarded", function(p) p.header.crit = { "odd" } end },
  { "header has members nobody knows", "kept", function(p) p.header.odd, p.header.x5c = { 1 }, { "x" } end },
  { "header is a list", "discarded", function(p) p.header = "[]" end },
  { "payload is a list", "discarded", function(p) p.payload = "[]" end },
  { "payload is not UTF-8", "discarded", function(p)
    as_text(p, function(text) return (text:gsub('"NL"', '"\255"')) end)
  end },
  { "signature of another key", "discarded", function(p) p.key = p.other_key end },
  { "signature is empty", "discarded", function(p)
    p.finish = function(text) return (text:gsub("%.[^.~]+~", ".~", 1)) end
  end },
  { "signature of 63 bytes", "discarded", function(p)
    p.finish = function(text) return (text:gsub("(%.[^.~]+)..~", "%1~", 1)) end
  end },
  { "signature of zeros", "discarded", function(p)
    p.finish = function(text) return (text:gsub("%.[^.~]+~", "." .. ("A"):rep(86) .. "~", 1)) end
  end },
  { "base64url with padding in signature", "either", function(p)
    p.finish = function(text) return (text:gsub("~", "==~", 1)) end
  end },
  { "newline after the JWT", "either", function(p) p.finish = function(text) return text .. "\n" end end },
  { "space before the JWT", "either", function(p) p.finish = function(text) return " " .. text end end },
  { "kid relative #k1", "either", function(p) p.header.kid = "#k1" end },
  { "kid bare k1", "kept", function(p) p.header.kid = "k1" end },
  { "kid absent, one key", "kept", function(p) p.header.kid = nil end },
  { "kid of another DID than iss", "discarded", function(p) p.header.kid = p.did .. ":other#k1" end },
  { "kid is a number", "discarded", function(p) p.header.kid = 7 end },
  { "iss absent, kid is absolute DID URL", "either", function(p) p.payload.iss = nil end },
  { "iss and kid absent", "discarded", function(p) p.payload.iss, p.header.kid = nil, nil end },
  { "iss = DID URL with fragment", "either", function(p) p.payload.iss = p.did .. "#k1" end },
  { "iss is an object", "discarded", function(p) p.payload.iss = { id = p.did } end },
  { "iss is null", "discarded", function(p) p.payload.iss = null end },
  { "iss is an https URL", "discarded", function(p) p.payload.iss = "https://issuer.example" end },
  { "iss is a did:key", "discarded", function(p) p.payload.iss = "did:key:z6Mk" end },
  { "iss is a did:web that is no host", "discarded", function(p) p.payload.iss = "did:web:" end },
  { "iss is a did:web with an escaped slash", "discarded", function(p) p.payload.iss = "did:web:localhost%2F..%2Fx" end },
  { "did:jwk issuer, kid #0", "kept", function(p)
    issued_by_jwk(p)
    p.header.kid = "#0"
  end },
  { "did:jwk issuer, kid in full", "kept", function(p) issued_by_jwk(p) end },
  { "did:jwk issuer, no kid", "kept", function(p)
    issued_by_jwk(p)
    p.header.kid = nil
  end },
  { "did:jwk issuer, no iss", "kept", function(p)
    issued_by_jwk(p)
    p.payload.iss = nil
  end },
  { "did:jwk issuer, kid of another DID", "discarded", function(p)
    issued_by_jwk(p)
    p.header.kid = did_of(json.encode(holder.jwk(p.other_key))) .. "#0"
  end },
  { "did:jwk issuer, kid #1", "discarded", function(p)
    issued_by_jwk(p)
    p.header.kid = p.did .. "#1"
  end },
  { "did:jwk issuer, key for encryption", "discarded", function(p) issued_by_jwk(p, jwk_with(p, { use = "enc" })) end },
  { "did:jwk issuer, key for signatures", "kept", function(p) issued_by_jwk(p, jwk_with(p, { use = "sig", alg = "ES256" })) end },
  { "did:jwk issuer, key_ops without verify", "discarded", function(p)
    issued_by_jwk(p, jwk_with(p, { key_ops = { "deriveKey" } }))
  end },
  { "did:jwk issuer, alg of another kind", "discarded", function(p) issued_by_jwk(p, jwk_with(p, { alg = "ECDH-ES" })) end },
  { "did:jwk issuer, kty is a number", "discarded", function(p) issued_by_jwk(p, '{"kty":7,"crv":"P-256"}') end },
  { "did:jwk issuer, x is an object", "discarded", function(p) issued_by_jwk(p, jwk_with(p, { x = { 1 } })) end },
  { "did:jwk issuer, no point of the curve", "discarded", function(p)
    issued_by_jwk(p, jwk_with(p, { x = ("A"):rep(43), y = ("A"):rep(43) }))
  end },
  { "did:jwk issuer, no JSON", "discarded", function(p) issued_by_jwk(p, "odd") end },
  { "iat 55 s ahead, nbf same", "kept", function(p)
    p.payload.iat = os.time() + 55
    p.payload.nbf = p.payload.iat
  end },
  { "iat 10 min ahead, nbf past", "either", function(p) p.payload.iat, p.payload.nbf = os.time() + 600, os.time() - 10 end },
  { "nbf 10 min ahead", "discarded", function(p) p.payload.nbf = os.time() + 600 end },
  { "no iat", "kept", function(p) p.payload.iat = nil end },
  { "no exp", "kept", function(p) p.payload.exp = nil end },
  { "fractional exp", "kept", function(p) p.payload.exp = os.time() + 86400.5 end },
  { "exp 1e300", "either", function(p) p.payload.exp = 1e300 end },
  { "exp 1e400", "discarded", function(p)
    as_text(p, function(text) return (text:gsub('"exp":%d+', '"exp":1e400')) end)
  end },
  { "exp past", "discarded", function(p) p.payload.exp = os.time() - 3600 end },
  { "exp is a string", "discarded", function(p) p.payload.exp = "4102444800" end },
  { "nulls: credential payload nbf null", "discarded", function(p) p.payload.nbf = null end },
  { "nulls: credential payload exp null", "discarded", function(p) p.payload.exp = null end },
  { "vct is another", "discarded", function(p) p.payload.vct = "https://other.example/vct" end },
  { "vct is a list", "discarded", function(p) p.payload.vct = { p.payload.vct } end },
  { "vct absent in metadata", "discarded", function(p) p.configuration.vct = nil end },
  { "vct absent in metadata and credential", "discarded", function(p) p.payload.vct, p.configuration.vct = nil, nil end },
  { "cnf.kid = did:jwk of same key, other member order", "kept", function(p)
    local jwk = p.holder_jwk
    local text = ('{"y":"%s","x":"%s","kty":"EC","crv":"P-256","use":"sig"}'):format(jwk.y, jwk.x)
    p.payload.cnf = { kid = did_of(text) .. "#0" }
  end },
  { "cnf.kid = the holder's DID", "kept", function(p) p.payload.cnf = { kid = p.holder_did } end },
  { "cnf.kid of another key", "discarded", function(p)
    p.payload.cnf = { kid = did_of(json.encode(holder.jwk(p.other_key))) .. "#0" }
  end },
  { "cnf.kid is a number", "discarded", function(p) p.payload.cnf = { kid = 7 } end },
  { "cnf.kid and cnf.jwk, both ours", "kept", function(p)
    p.payload.cnf = { kid = p.holder_did .. "#0", jwk = p.holder_jwk }
  end },
  { "cnf.jwk other key", "discarded", function(p) p.payload.cnf = { jwk = holder.jwk(p.other_key) } end },
  { "cnf.jwk with members nobody knows", "kept", function(p)
    local jwk = json.decode(json.encode(p.holder_jwk))
    jwk.odd, jwk.kid = { 1 }, "x"
    p.payload.cnf = { jwk = jwk }
  end },
  { "cnf.jwk is a string", "discarded", function(p) p.payload.cnf = { jwk = "odd" } end },
  { "cnf.jwk has numbers", "discarded", function(p) p.payload.cnf = { jwk = { kty = "EC", crv = "P-256", x = 1, y = 2 } } end },
  { "cnf.jkt thumbprint", "either", function(p) p.payload.cnf = { jkt = "x" } end },
  { "cnf is a list", "discarded", function(p) p.payload.cnf = array {} end },
  { "duplicate keys in payload JSON", "either", function(p)
    as_text(p, function(text) return (text:gsub("^{", '{"country":"BE",')) end)
  end },
  { "claim value 1e400", "either", function(p)
    as_text(p, function(text) return (text:gsub("^{", '{"odd":1e400,')) end)
  end },
  { "claims in many scripts, null and nested", "kept", function(p)
    p.payload.odd = { null, array {}, { a = { b = { 1.5, -0.25, "\240\159\152\128" } } } }
  end },
  { "claims nested 90 deep", "discarded", function(p)
    as_text(p, function(text) return (text:gsub("^{", '{"odd":' .. ("["):rep(90) .. ("]"):rep(90) .. ",")) end)
  end },
  { "vc-jwt baseline", "kept", vc(function() end) },
  { "vc-jwt typ absent", "kept", vc(function(p) p.header.typ = nil end) },
  { "vc-jwt typ vc+jwt", "kept", vc(function(p) p.header.typ = "vc+jwt" end) },
  { "vc-jwt credentialSubject array", "kept", vc(function(_, v) v.credentialSubject = { v.credentialSubject } end) },
  { "vc-jwt credentialSubject empty array", "discarded", vc(function(_, v) v.credentialSubject = array {} end) },
  { "vc-jwt credentialSubject is a string", "discarded", vc(function(_, v) v.credentialSubject = "odd" end) },
  { "vc-jwt no credentialSubject", "discarded", vc(function(_, v) v.credentialSubject = nil end) },
  { "vc-jwt no cnf, sub holder", "kept", vc(function(p) p.payload.cnf = nil end) },
  { "vc-jwt no cnf, sub is the holder's DID in other letters", "kept", vc(function(p, v)
    p.payload.cnf = nil
    p.payload.sub = did_of(('{"y":"%s","x":"%s","kty":"EC","crv":"P-256"}'):format(p.holder_jwk.y, p.holder_jwk.x))
    v.credentialSubject.id = p.payload.sub
  end) },
  { "vc-jwt no cnf, sub another", "discarded", vc(function(p) p.payload.cnf, p.payload.sub = nil, "did:jwk:e30" end) },
  { "vc-jwt sub is a number", "discarded", vc(function(p) p.payload.sub = 7 end) },
  { "vc-jwt sub differs from credentialSubject.id", "discarded", vc(function(_, v) v.credentialSubject.id = "did:web:other" end) },
  { "vc-jwt typ vc+sd-jwt", "discarded", vc(function(p) p.header.typ = "vc+sd-jwt" end) },
  { "vc-jwt vc.issuer differs from iss", "discarded", vc(function(_, v) v.issuer = "did:web:other" end) },
  { "vc-jwt vc.issuer is the issuer", "kept", vc(function(p, v) v.issuer = p.did end) },
  { "vc-jwt vc.issuer is an object", "kept", vc(function(p, v) v.issuer = { id = p.did, name = "Odd" } end) },
  { "vc-jwt vc.issuer is a number", "discarded", vc(function(_, v) v.issuer = 7 end) },
  { "vc-jwt vc.expirationDate past", "discarded", vc(function(_, v) v.expirationDate = "2020-01-01T00:00:00Z" end) },
  { "vc-jwt vc.expirationDate ahead", "kept", vc(function(_, v) v.expirationDate = "2099-01-01T00:00:00+02:00" end) },
  { "vc-jwt vc.expirationDate is no date", "discarded", vc(function(_, v) v.expirationDate = "tomorrow" end) },
  { "vc-jwt vc.issuanceDate ahead", "discarded", vc(function(p, v)
    p.payload.nbf, v.issuanceDate = nil, "2099-01-01T00:00:00Z"
  end) },
  { "vc-jwt type lacks ours", "discarded", vc(function(_, v) v.type = { "VerifiableCredential" } end) },
  { "vc-jwt type is a string", "either", vc(function(_, v) v.type = "VerifiableCredential" end) },
  { "vc-jwt type holds a number", "discarded", vc(function(_, v) v.type = { "VerifiableCredential", "Odd", 7 } end) },
  { "vc-jwt vc is null", "discarded", vc(function(p) p.payload.vc = null end) },
  { "vc-jwt vc is a list", "discarded", vc(function(p) p.payload.vc = array {} end) },
  { "vc-jwt @context lacks the first", "discarded", vc(function(_, v) v["@context"] = { "https://odd.example" } end) },
  { "vc-jwt credential_definition.type null in metadata", "discarded", vc(function(p)
    p.configuration.credential_definition.type = null
  end) },
  { "vc-jwt credential_definition.type a string in metadata", "discarded", vc(function(p)
    p.configuration.credential_definition.type = "Odd"
  end) },
  { "vc-jwt no credential_definition in metadata", "discarded", vc(function(p)
    p.configuration.credential_definition = nil
  end) },
  { "vc-jwt with a tilde", "discarded", vc(function(p) p.finish = function(text) return text .. "~" end end) },
  { "vc-jwt VCDM 2.0 (vc+jwt, no vc claim)", "either", vc(function(p, v)
    p.header.typ, p.payload.vc = "vc+jwt", nil
    p.payload["@context"], p.payload.type = { "https://www.w3.org/ns/credentials/v2" }, v.type
    p.payload.issuer, p.payload.credentialSubject = p.did, v.credentialSubject
  end) },
}
