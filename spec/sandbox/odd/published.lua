--- Odd and illegal DID documents and status lists. Rows are as in `spec.sandbox.odd.discovery`; `status` is what the
--- wallet has to show of a credential that it keeps.
local holder = require "spec.sandbox.holder"
local json = require "credenco.sandbox.ground.json"
local odd = require "spec.sandbox.odd.issuer"
local statuses = require "spec.sandbox.odd.statuses"

local array, null = odd.array, odd.null

local function did_path(plan) return "GET " .. plan.path .. "/did.json" end

local function served(text, headers, status)
  return { raw = true, status = status, headers = headers, body = text }
end

--- A status list whose first entry is set; `change` makes it odd.
local function status(change)
  return function(plan)
    plan:with_status "\1\0\0\0"
    change(plan, plan.status_payload)
  end
end

local function status_path(plan) return "GET " .. plan.path .. "/status" end

--- Never valid, and never revoked: nothing is known.
local UNKNOWN = "unknown"

return {
  { "did doc: verificationMethod embedded in assertionMethod", "kept", function(p)
    p.did_document.verificationMethod, p.did_document.assertionMethod = nil, { p.method }
  end },
  { "did doc: relative references", "kept", function(p)
    p.method.id, p.did_document.assertionMethod = "#k1", { "#k1" }
  end },
  { "did doc: JsonWebKey type, kid in jwk", "kept", function(p)
    p.method.type, p.jwk.kid = "JsonWebKey", "k1"
  end },
  { "did doc: kid of the jwk in the header", "kept", function(p)
    p.jwk.kid, p.header.kid = "thumbprint", "thumbprint"
  end },
  { "did doc: kid of the jwk in the header, in full", "kept", function(p)
    p.jwk.kid, p.header.kid = "thumbprint", p.did .. "#thumbprint"
  end },
  { "did doc: key only in authentication", "discarded", function(p)
    p.did_document.authentication, p.did_document.assertionMethod = { p.method.id }, nil
  end },
  { "did doc content type did+ld+json", "kept", function(p)
    p.answers[did_path(p)] = function() return served(json.encode(p.did_document), { ["Content-Type"] = "application/did+ld+json" }) end
  end },
  { "did doc: 3 keys, ours by kid", "kept", function(p)
    local list = p.did_document.verificationMethod
    for index = 2, 3 do
      local id = p.did .. "#k" .. index
      list[index] = { id = id, type = "JsonWebKey2020", controller = p.did, publicKeyJwk = holder.jwk(p.other_key) }
      p.did_document.assertionMethod[index] = id
    end
  end },
  { "did doc: 3 keys, no kid", "discarded", function(p)
    for index = 2, 3 do
      local id = p.did .. "#k" .. index
      p.did_document.assertionMethod[index] = { id = id, type = "JsonWebKey2020", publicKeyJwk = p.jwk }
    end
    p.header.kid = nil
  end },
  { "did doc: private key d inside", "either", function(p) p.jwk.d = p.jwk.x end },
  { "did doc: deactivated true", "either", function(p) p.did_document.deactivated = true end },
  { "did doc of another DID", "discarded", function(p) p.did_document.id = p.did .. ":other" end },
  { "did doc: id is a number", "discarded", function(p) p.did_document.id = 7 end },
  { "did doc: assertionMethod is a string", "discarded", function(p) p.did_document.assertionMethod = p.method.id end },
  { "did doc: junk beside the key", "kept", function(p)
    p.did_document.verificationMethod = { p.method, { id = 7 }, array { 1 } }
    p.did_document.assertionMethod = { 7, null, p.method.id, { x = 1 } }
  end },
  { "did doc: assertionMethod names nobody", "discarded", function(p) p.did_document.assertionMethod = { "#nobody" } end },
  { "did doc: the key has no JWK", "discarded", function(p) p.method.publicKeyJwk, p.method.publicKeyMultibase = nil, "z6Mk" end },
  { "did doc: the key is for encryption", "discarded", function(p) p.jwk.use = "enc" end },
  { "did doc: the key is an RSA key", "discarded", function(p) p.method.publicKeyJwk = { kty = "RSA", n = "x", e = "AQAB" } end },
  { "did doc: the key is on another curve", "discarded", function(p) p.jwk.crv = "P-384" end },
  { "did doc is HTML", "discarded", function(p) p.did_document = "<!DOCTYPE html>" end },
  { "did doc 404", "discarded", function(p) p.answers[did_path(p)] = nil end },
  { "did:web root (.well-known/did.json)", "kept", function(p)
    p.did = ("did:web:localhost%%3A%d"):format(p.port)
    p.trusted, p.payload.iss, p.header.kid = p.did, p.did, p.did .. "#k1"
    p.did_document.id, p.method.id, p.did_document.assertionMethod = p.did, p.did .. "#k1", { p.did .. "#k1" }
    p:move(did_path(p), "GET /.well-known/did.json")
  end },
  { "status 1 bit value 1", "kept", status(function() end), status = "revoked" },
  { "status 1 bit value 0", "kept", status(function(p) p.payload.status.status_list.idx = 1 end), status = "valid" },
  { "status 8 bits value 1", "kept", status(function(_, s) s.status_list.bits = 8 end), status = "revoked" },
  { "status 2 bits value 2", "kept", status(function(_, s)
    s.status_list.bits, s.status_list.lst = 2, holder.base64url(statuses.compress "\2")
  end), status = "suspended" },
  { "status value of an application's own", "kept", status(function(_, s)
    s.status_list.bits, s.status_list.lst = 4, holder.base64url(statuses.compress "\15")
  end), status = UNKNOWN },
  { "status lst raw deflate", "not valid", status(function(_, s)
    s.status_list.lst = holder.base64url(statuses.block "\1\0\0\0")
  end) },
  { "status lst not in base64url", "not valid", status(function(_, s) s.status_list.lst = "+++" end) },
  { "status lst is a number", "not valid", status(function(_, s) s.status_list.lst = 7 end) },
  { "status token trailing newline", "either", status(function(p)
    p.status_finish = function(token) return token .. "\n" end
  end) },
  { "status 302 redirect", "kept", status(function(p)
    p:move(status_path(p), status_path(p) .. "-2")
    p.answers[status_path(p)] = served("", { Location = p.base .. "/status-2" }, 302)
  end), status = "revoked" },
  { "status 307 redirect to a path", "kept", status(function(p)
    p:move(status_path(p), status_path(p) .. "-2")
    p.answers[status_path(p)] = served("", { Location = p.path .. "/status-2" }, 307)
  end), status = "revoked" },
  { "status 301 redirect to a relative reference", "kept", status(function(p)
    p:move(status_path(p), status_path(p) .. "-2?x=/1")
    p.answers[status_path(p)] = served("", { Location = "status-2?x=/1" }, 301)
  end), status = "revoked" },
  { "status redirect to a relative host", "kept", status(function(p)
    p:move(status_path(p), status_path(p) .. "-2")
    p.answers[status_path(p)] = served("", { Location = p.base:sub(#"http:" + 1) .. "/status-2" }, 308)
  end), status = "revoked" },
  { "status redirect to itself", "not valid", status(function(p)
    p.answers[status_path(p)] = served("", { Location = p.base .. "/status" }, 302)
  end) },
  { "status redirect to a host that the wallet may not call", "not valid", status(function(p)
    p.answers[status_path(p)] = served("", { Location = "http://192.0.2.1/status" }, 302)
  end) },
  { "status redirect without a Location", "not valid", status(function(p)
    p.answers[status_path(p)] = served("", nil, 302)
  end) },
  { "status 404", "not valid", status(function(p) p.answers[status_path(p)] = nil end) },
  { "status no iat", "not valid", status(function(_, s) s.iat = nil end) },
  { "status iat ahead", "not valid", status(function(_, s) s.iat = os.time() + 3600 end) },
  { "status no exp", "kept", status(function(_, s) s.exp = nil end), status = "revoked" },
  { "status exp string", "not valid", status(function(_, s) s.exp = "tomorrow" end) },
  { "status exp past", "not valid", status(function(_, s) s.exp = os.time() - 1 end) },
  { "status ttl string", "not valid", status(function(_, s) s.ttl = "odd" end) },
  { "status ttl", "kept", status(function(_, s) s.ttl = 60 end), status = "revoked" },
  { "status nbf ahead", "not valid", status(function(_, s) s.nbf = os.time() + 3600 end) },
  { "status bits 3", "not valid", status(function(_, s) s.status_list.bits = 3 end) },
  { "status bits string", "not valid", status(function(_, s) s.status_list.bits = "1" end) },
  { "status sub of another list", "not valid", status(function(_, s) s.sub = s.sub .. "-2" end) },
  { "status typ JWT", "not valid", status(function(p) p.status_header.typ = "JWT" end) },
  { "status typ application/statuslist+jwt", "kept", status(function(p)
    p.status_header.typ = "application/statuslist+jwt"
  end), status = "revoked" },
  { "status alg none", "not valid", status(function(p) p.status_header.alg = "none" end) },
  { "status list signature wrong", "not valid", status(function(p) p.status_key = p.other_key end) },
  { "status list is a list", "not valid", status(function(_, s) s.status_list = array {} end) },
  { "status list is JSON", "not valid", status(function(p) p.answers[status_path(p)] = served "{}" end) },
  { "status idx past the end", "not valid", status(function(p) p.payload.status.status_list.idx = 32 end) },
  { "status idx string", "not valid", status(function(p) p.payload.status.status_list.idx = "0" end) },
  { "status idx negative", "not valid", status(function(p) p.payload.status.status_list.idx = -1 end) },
  { "status idx 1.5", "not valid", status(function(p) p.payload.status.status_list.idx = 1.5 end) },
  { "status idx absent", "not valid", status(function(p) p.payload.status.status_list.idx = nil end) },
  { "status uri is a number", "not valid", status(function(p) p.payload.status.status_list.uri = 7 end) },
  { "status uri is no URL", "not valid", status(function(p) p.payload.status.status_list.uri = "odd" end) },
  { "status_list is a string", "not valid", status(function(p) p.payload.status.status_list = "odd" end) },
  { "status is null", "discarded", function(p) p.payload.status = null end },
  { "status of another mechanism", "not valid", function(p) p.payload.status = { odd = { x = 1 } } end },
}
