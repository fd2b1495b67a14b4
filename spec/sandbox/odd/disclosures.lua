--- Odd and illegal disclosures and digests (RFC 9901). Rows are as in `spec.sandbox.odd.discovery`.
local holder = require "spec.sandbox.holder"
local json = require "credenco.sandbox.ground.json"
local odd = require "spec.sandbox.odd.issuer"

local array, null = odd.array, odd.null

--- A disclosure as this JSON text, referenced at the top level.
local function hide_text(text)
  return function(plan) plan:hide(holder.base64url(text)) end
end

local function hide(...)
  local parts = { ... }
  return function(plan) plan:hide(parts) end
end

local function element(digest) return { ["..."] = digest } end

--- Each level is disclosed inside of the one around it.
local function nested(plan, depth)
  local inner = plan:disclose { "s0", "x", 1 }
  for level = 1, depth do
    inner = plan:disclose { "s" .. level, "x", { _sd = { inner } } }
  end
  table.insert(plan.payload._sd, inner)
end

return {
  { "_sd_alg absent", "kept", function(p) p.payload._sd_alg = nil end },
  { "_sd_alg SHA-256 upper", "either", function(p) p.payload._sd_alg = "SHA-256" end },
  { "_sd_alg sha-512", "discarded", function(p) p.payload._sd_alg = "sha-512" end },
  { "_sd_alg is a number", "discarded", function(p) p.payload._sd_alg = 7 end },
  { "_sd_alg below the top level", "discarded", function(p) p.payload.odd = { _sd_alg = "sha-256" } end },
  { "_sd empty array", "either", function(p) p.payload._sd, p.disclosures = array {}, {} end },
  { "no _sd and no disclosures", "kept", function(p) p.payload._sd, p.payload._sd_alg, p.disclosures = nil, nil, {} end },
  { "_sd in an inner object", "kept", function(p)
    p.payload.odd = { _sd = { p:disclose { "s", "inner", { a = 1 } } } }
  end },
  { "an inner object that is nothing but _sd", "kept", function(p) p.payload.odd = { _sd = { "decoy" } } end },
  { "array element disclosures nested", "kept", function(p)
    local inner = p:disclose { "s1", { 1, 2 } }
    p.payload.odd = { element(p:disclose { "s2", { element(inner), "open" } }), element "decoy" }
  end },
  { "a claim that stays hidden", "kept", function(p) table.insert(p.payload._sd, odd.digest_of "odd") end },
  { "same digest twice", "discarded", function(p) table.insert(p.payload._sd, p.payload._sd[1]) end },
  { "same digest in two places", "discarded", function(p) p.payload.odd = { _sd = { p.payload._sd[1] } } end },
  { "same decoy digest twice", "discarded", function(p)
    table.insert(p.payload._sd, "decoy")
    table.insert(p.payload._sd, "decoy")
  end },
  { "same decoy digest in an array and an object", "discarded", function(p)
    table.insert(p.payload._sd, "decoy")
    p.payload.odd = { element "decoy" }
  end },
  { "same digest inside of a disclosure", "discarded", function(p)
    table.insert(p.payload._sd, "decoy")
    p:hide { "s", "odd", { _sd = { "decoy" } } }
  end },
  { "same array-element digest in two arrays", "discarded", function(p)
    local digest = p:disclose { "s", 7 }
    p.payload.a, p.payload.b = { element(digest) }, { element(digest) }
  end },
  { "disclosure given twice", "discarded", function(p) table.insert(p.disclosures, p.disclosures[1]) end },
  { "disclosure unreferenced", "discarded", function(p) p:disclose { "s", "odd", 1 } end },
  { "disclosure that references itself elsewhere only", "discarded", function(p)
    p:disclose { "s", "odd", { _sd = { p:disclose { "s2", "x", 1 } } } }
  end },
  { "disclosed name equals open claim", "discarded", hide("s", "country", "BE") },
  { "disclosed name twice", "discarded", hide("s", "company", "Other") },
  { "disclosure hides exp", "discarded", function(p)
    p.payload.exp = nil
    p:hide { "s", "exp", os.time() + 3600 }
  end },
  { "disclosure hides iss", "discarded", function(p)
    p.payload.iss = nil
    p:hide { "s", "iss", p.did }
  end },
  { "disclosure hides vct", "discarded", function(p)
    p.payload.vct = nil
    p:hide { "s", "vct", p.configuration.vct }
  end },
  { "disclosure hides status", "discarded", function(p)
    p:hide { "s", "status", { status_list = { idx = 0, uri = p.base .. "/status" } } }
  end },
  { "disclosure hides sub", "kept", hide("s", "sub", "holder") },
  { "disclosure hides iat", "kept", function(p)
    p.payload.iat = nil
    p:hide { "s", "iat", os.time() }
  end },
  { "disclosure hides an iat that is text", "discarded", function(p)
    p.payload.iat = nil
    p:hide { "s", "iat", "today" }
  end },
  { "disclosure hides cnf.jwk inside cnf", "either", function(p)
    p.payload.cnf = { _sd = { p:disclose { "s", "jwk", p.holder_jwk } } }
  end },
  { "disclosure name number", "discarded", hide("s", 1, "x") },
  { "disclosure name null", "discarded", hide("s", null, "x") },
  { "disclosure name true", "discarded", hide("s", true, "x") },
  { "disclosure name object", "discarded", hide("s", { a = 1 }, "x") },
  { "disclosure name empty", "kept", hide("s", "", "x") },
  { "disclosure name 1 as text", "kept", hide("s", "1", "x") },
  { "disclosure name _sd", "discarded", hide("s", "_sd", { "x" }) },
  { "disclosure name ...", "discarded", hide("s", "...", "x") },
  { "disclosure name _sd_alg", "discarded", hide("s", "_sd_alg", "sha-256") },
  { "disclosure value null", "kept", hide("s", "odd", null) },
  { "disclosure salt number", "discarded", hide(7, "odd", "x") },
  { "disclosure salt empty", "either", hide("", "odd", "x") },
  { "disclosure with 1 element", "discarded", hide "s" },
  { "disclosure with 4 elements", "discarded", hide("s", "odd", "x", "y") },
  { "disclosure is an object", "discarded", hide_text '{"a":1}' },
  { "disclosure is a string", "discarded", hide_text '"odd"' },
  { "disclosure is no JSON", "discarded", hide_text "odd" },
  { "disclosure is not UTF-8", "discarded", hide_text '["s","odd","\255"]' },
  { "disclosure with 1e400", "discarded", hide_text '["s","odd",1e400]' },
  { "disclosure with white space", "kept", hide_text ' [ "s" ,\n"odd", 1 ] ' },
  { "disclosure with other escapes", "kept", hide_text '["s","\\u006fdd","\\/"]' },
  { "disclosure with padding", "either", function(p)
    p:hide(holder.base64url '["s","odd",1]' .. "==")
  end },
  { "disclosure not in base64url", "discarded", function(p) p:hide "a+b/" end },
  { "disclosure is empty", "discarded", function(p) table.insert(p.disclosures, "") end },
  { "array disclosure used in _sd", "discarded", function(p) p:hide { "s", "odd" } end },
  { "object disclosure used in an array", "discarded", function(p)
    p.payload.odd = { element(p:disclose { "s", "odd", 1 }) }
  end },
  { '{"...":d} with extra member', "discarded", function(p)
    local entry = element(p:disclose { "s", 1 })
    entry.b = 1
    p.payload.odd = { entry }
  end },
  { '{"...":7}', "discarded", function(p) p.payload.odd = { element(7) } end },
  { '{"...":d} outside of an array', "discarded", function(p) p.payload.odd = element(p:disclose { "s", 1 }) end },
  { "_sd is a string", "discarded", function(p) p.payload._sd, p.disclosures = "odd", {} end },
  { "_sd holds a number", "discarded", function(p) table.insert(p.payload._sd, 7) end },
  { "_sd is null", "discarded", function(p) p.payload._sd, p.disclosures = null, {} end },
  { "_sd is an object", "discarded", function(p) p.payload._sd, p.disclosures = { a = "b" }, {} end },
  { "an inner _sd is a string", "discarded", function(p) p.payload.odd = { _sd = "odd" } end },
  { "disclosures nested 20 deep", "kept", function(p) nested(p, 20) end },
  { "disclosures nested 70 deep", "either", function(p) nested(p, 70) end },
  { "disclosures nested 200 deep", "discarded", function(p) nested(p, 200) end },
  { "100 disclosures", "kept", function(p)
    for index = 1, 100 do p:hide { "s", "odd" .. index, index } end
  end },
  { "KB-JWT appended", "discarded", function(p)
    p.finish = function(text) return text .. holder.sign(p.key, { alg = "ES256", typ = "kb+jwt" }, { nonce = "x" }) end
  end },
  { "no tilde at all (plain JWT)", "discarded", function(p)
    p.payload._sd, p.disclosures = nil, {}
    p.finish = function(text) return (text:gsub("~$", "")) end
  end },
  { "nothing but a tilde", "discarded", function(p) p.finish = function() return "~" end end },
  { "JWS in JSON", "discarded", function(p)
    p.finish = function(text) return json.encode { payload = text } end
  end },
}
