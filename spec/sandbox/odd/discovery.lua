--- Odd and illegal offers, issuer metadata and authorization server metadata. Rows are name, expectation, and what
--- changes the plan of an issuer that follows the specification; see `spec.sandbox.odd.issuer`.
local json = require "credenco.sandbox.ground.json"
local odd = require "spec.sandbox.odd.issuer"

local array, null = odd.array, odd.null
local ISSUER_PATH, SERVER_PATH = "GET /.well-known/openid-credential-issuer", "GET /.well-known/oauth-authorization-server"

--- Serves a part with other headers, or as the text that `change` makes of its JSON.
local function serve_as(plan, where, part, headers, change)
  plan.answers[where] = function()
    local text = json.encode(plan[part])
    return { raw = true, headers = headers, body = change and change(text) or text }
  end
end

local function grant(plan) return plan.offer.grants[odd.GRANT_TYPE] end

--- A second authorization server of its own, at /as below the issuer's path.
local function other_server(plan, change)
  local base = plan.origin .. "/as" .. plan.path
  plan.other = { issuer = base, token_endpoint = plan.base .. "/token", grant_types_supported = { odd.GRANT_TYPE } }
  if change then change(plan.other) end
  plan.answers[SERVER_PATH .. "/as" .. plan.path] = "other"
  return base
end

local function with_slash(plan)
  plan.offer.credential_issuer = plan.base .. "/"
  plan.metadata.credential_issuer, plan.server.issuer = plan.base .. "/", plan.base .. "/"
end

--- A configuration beside the offered one.
local function second(plan, change)
  local copy = {}
  for name, value in pairs(plan.configuration) do copy[name] = value end
  if change then change(copy) end
  plan.metadata.credential_configurations_supported.second = copy
  return copy
end

return {
  { "baseline", "kept", function() end },
  { "trailing slash, root", "kept", function(p)
    with_slash(p)
    p:move("GET /did.json", "GET /.well-known/did.json")
  end, path = "" },
  { "trailing slash, the literal well-known form", "kept", function(p)
    with_slash(p)
    p:move(ISSUER_PATH .. p.path, ISSUER_PATH .. p.path .. "/")
  end },
  { "trailing slash, the well-known form without it", "kept", with_slash },
  { "trailing slash in offer only", "discarded", function(p) p.offer.credential_issuer = p.base .. "/" end },
  { "no trailing slash in offer only", "discarded", function(p)
    p.metadata.credential_issuer = p.base .. "/"
  end },
  { "metadata at the suffix only", "kept", function(p)
    p:move(ISSUER_PATH .. p.path, "GET " .. p.path .. "/.well-known/openid-credential-issuer")
  end },
  { "inserted well-known answers 200 HTML (SPA), suffix has it", "either", function(p)
    p:move(ISSUER_PATH .. p.path, "GET " .. p.path .. "/.well-known/openid-credential-issuer")
    p.answers[ISSUER_PATH .. p.path] = { raw = true, headers = { ["Content-Type"] = "text/html" }, body = "<!DOCTYPE html>" }
  end },
  { "offer URI redirect 302", "either", function(p)
    p:move("GET " .. p.path .. "/offer", "GET " .. p.path .. "/offer-2")
    p.answers["GET " .. p.path .. "/offer"] = { raw = true, status = 302, headers = { Location = p.offer_uri .. "-2" } }
  end },
  { "AS only openid-configuration", "either", function(p)
    p:move(SERVER_PATH .. p.path, "GET " .. p.path .. "/.well-known/openid-configuration")
  end },
  { "metadata for other issuer", "discarded", function(p) p.metadata.credential_issuer = p.origin .. "/other" end },
  { "content types with charset", "kept", function(p)
    serve_as(p, ISSUER_PATH .. p.path, "metadata", { ["Content-Type"] = "application/json; charset=utf-8" })
    serve_as(p, "GET " .. p.path .. "/offer", "offer", { ["Content-Type"] = "application/json;charset=UTF-8" })
  end },
  { "metadata with UTF-8 BOM", "either", function(p)
    serve_as(p, ISSUER_PATH .. p.path, "metadata", nil, function(text) return "\239\187\191" .. text end)
  end },
  { "metadata as application/jwt", "discarded", function(p)
    p.answers[ISSUER_PATH .. p.path] = { raw = true, headers = { ["Content-Type"] = "application/jwt" }, body = "e30.e30.e30" }
  end },
  { "metadata is not UTF-8", "discarded", function(p)
    serve_as(p, ISSUER_PATH .. p.path, "metadata", nil, function(text) return (text:gsub('"Odd"', '"\255"')) end)
  end },
  { "metadata is an array", "discarded", function(p) p.metadata = array { p.metadata } end },
  { "metadata is nested 300 deep", "discarded", function(p)
    serve_as(p, ISSUER_PATH .. p.path, "metadata", nil, function(text)
      return '{"x":' .. ("["):rep(300) .. ("]"):rep(300) .. "," .. text:sub(2)
    end)
  end },
  { "offer is empty", "discarded", function(p) p.offer = "" end },
  { "offer is a string", "discarded", function(p) p.offer = '"offer"' end },
  { "offer has no grants", "discarded", function(p) p.offer.grants = nil end },
  { "offer has an empty grants", "discarded", function(p) p.offer.grants = {} end },
  { "offer has grants as a list", "discarded", function(p) p.offer.grants = array { odd.GRANT_TYPE } end },
  { "offer has the authorization_code grant alone", "discarded", function(p)
    p.offer.grants = { authorization_code = { issuer_state = "x" } }
  end },
  { "offer's code is a number", "discarded", function(p) grant(p)["pre-authorized_code"] = 7 end },
  { "offer's code is empty", "discarded", function(p) grant(p)["pre-authorized_code"] = "" end },
  { "offer's grant is null", "discarded", function(p) p.offer.grants[odd.GRANT_TYPE] = null end },
  { "offer has parameters nobody knows", "kept", function(p) p.offer.surprise = { 1, 2 }; grant(p).surprise = true end },
  { "offer's ids are an object", "discarded", function(p) p.offer.credential_configuration_ids = { odd = "odd" } end },
  { "offer's ids are empty", "discarded", function(p) p.offer.credential_configuration_ids = array {} end },
  { "offer's ids hold a number", "discarded", function(p) p.offer.credential_configuration_ids = { "odd", 7 } end },
  { "offer's ids hold one twice", "discarded", function(p) p.offer.credential_configuration_ids = { "odd", "odd" } end },
  { "offer's ids hold a name nobody knows", "discarded", function(p) p.offer.credential_configuration_ids = { "nobody" } end },
  { "offer's issuer is a number", "discarded", function(p) p.offer.credential_issuer = 7 end },
  { "offer's issuer is no URL", "discarded", function(p) p.offer.credential_issuer = "odd" end },
  { "offer's issuer has a query", "discarded", function(p) p.offer.credential_issuer = p.base .. "?x=1" end },
  { "offer's issuer has a fragment", "discarded", function(p) p.offer.credential_issuer = p.base .. "#x" end },
  { "nulls: authorization_servers", "either", function(p) p.metadata.authorization_servers = null end },
  { "nulls: nonce_endpoint", "kept", function(p) p.metadata.nonce_endpoint = null end },
  { "nulls: notification/deferred/batch/encryption/display", "either", function(p)
    for _, name in ipairs { "notification_endpoint", "deferred_credential_endpoint", "batch_credential_issuance",
      "credential_request_encryption", "credential_response_encryption", "display" } do
      p.metadata[name] = null
    end
  end },
  { "nulls: credential_endpoint", "discarded", function(p) p.metadata.credential_endpoint = null end },
  { "nulls: tx_code in offer", "either", function(p) grant(p).tx_code = null end },
  { "nulls: authorization_server in offer", "kept", function(p) grant(p).authorization_server = null end },
  { "nulls: authorization_code grant null", "either", function(p) p.offer.grants.authorization_code = null end },
  { "separate authorization server named", "kept", function(p)
    p.metadata.authorization_servers = { other_server(p) }
    p.answers[SERVER_PATH .. p.path] = nil
  end },
  { "offer names authorization_server in the list", "kept", function(p)
    local base = other_server(p)
    p.metadata.authorization_servers, grant(p).authorization_server = { p.base, base }, base
    p.answers[SERVER_PATH .. p.path] = nil
  end },
  { "offer names an authorization_server outside of the list", "discarded", function(p)
    p.metadata.authorization_servers, grant(p).authorization_server = { p.base }, other_server(p)
  end },
  { "offer names an authorization_server, and there is no list", "discarded", function(p)
    grant(p).authorization_server = other_server(p)
  end },
  { "offer names the issuer as its authorization_server", "kept", function(p) grant(p).authorization_server = p.base end },
  { "the first authorization server has no such grant", "kept", function(p)
    local base = other_server(p, function(server) server.grant_types_supported = { "authorization_code" } end)
    p.metadata.authorization_servers = { base, p.base }
  end },
  { "the first authorization server is not there", "kept", function(p)
    p.metadata.authorization_servers = { p.origin .. "/nobody", p.base }
  end },
  { "authorization_servers is empty", "discarded", function(p) p.metadata.authorization_servers = array {} end },
  { "authorization_servers is a string", "discarded", function(p) p.metadata.authorization_servers = p.base end },
  { "authorization server of another name", "discarded", function(p) p.server.issuer = p.origin .. "/other" end },
  { "authorization server without a token_endpoint", "discarded", function(p) p.server.token_endpoint = nil end },
  { "token_endpoint is a file", "discarded", function(p) p.server.token_endpoint = "file:///etc/passwd" end },
  { "token_endpoint is a host that the wallet may not call", "discarded", function(p)
    p.server.token_endpoint = "https://192.0.2.1/token"
  end },
  { "grant_types_supported without pre-authorized", "either", function(p)
    p.server.grant_types_supported = { "authorization_code" }
  end },
  { "grant_types_supported is absent", "kept", function(p) p.server.grant_types_supported = nil end },
  { "grant_types_supported is a string", "discarded", function(p) p.server.grant_types_supported = odd.GRANT_TYPE end },
  { "localhost issuer", "kept", function(p)
    p.base = ("http://localhost:%d%s"):format(p.port, p.path)
    p.offer.credential_issuer, p.metadata.credential_issuer, p.server.issuer = p.base, p.base, p.base
  end },
  { "offer with unknown first id, known second", "either", function(p)
    p.offer.credential_configuration_ids = { "nobody", "odd" }
  end },
  { "offer with a second configuration", "kept", function(p)
    second(p)
    p.offer.credential_configuration_ids = { "odd", "second" }
  end, kept = 2 },
  { "offer with a second configuration of a format that nobody reads", "kept", function(p)
    second(p, function(configuration) configuration.format = "mso_mdoc" end)
    p.offer.credential_configuration_ids = { "second", "odd" }
  end },
  { "a configuration beside the offered one is junk", "kept", function(p)
    p.metadata.credential_configurations_supported.junk = 7
  end },
  { "the offered configuration is null", "discarded", function(p)
    p.metadata.credential_configurations_supported.odd = null
  end },
  { "configurations are a list", "discarded", function(p)
    p.metadata.credential_configurations_supported = array { p.configuration }
  end },
  { "a configuration has no format", "discarded", function(p) p.configuration.format = nil end },
  { "display is a string", "kept", function(p) p.metadata.display = "Odd" end },
  { "display holds a number", "kept", function(p) p.configuration.credential_metadata.display = { 7 } end },
  { "display's name is a number", "kept", function(p) p.configuration.credential_metadata.display[1].name = 7 end },
  { "credential_metadata is a list", "kept", function(p) p.configuration.credential_metadata = array {} end },
  { "encrypted responses are required", "discarded", function(p)
    p.metadata.credential_response_encryption = { encryption_required = true,
      alg_values_supported = { "ECDH-ES" }, enc_values_supported = { "A128GCM" } }
  end },
  { "encrypted responses are offered", "kept", function(p)
    p.metadata.credential_response_encryption = { encryption_required = false,
      alg_values_supported = { "ECDH-ES" }, enc_values_supported = { "A128GCM" } }
  end },
  { "offer with authorization_code grant also", "kept", function(p)
    p.offer.grants.authorization_code = { issuer_state = "x" }
  end },
  { "offer tx_code {} (code wanted)", "discarded", function(p) grant(p).tx_code = {} end },
  { "offer tx_code with its members", "discarded", function(p)
    grant(p).tx_code = { length = 4, input_mode = "numeric" }
  end },
}
