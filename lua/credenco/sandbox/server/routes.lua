--- Every path of the sandbox (`credenco.SandboxRoute`).
local access = require "credenco.sandbox.server.access"
local accounts = require "credenco.sandbox.server.accounts"
local control = require "credenco.sandbox.server.control"
local endpoints = require "credenco.sandbox.issuer.endpoints"
local issuer = require "credenco.sandbox.issuer.issuer_api"
local openapi = require "credenco.sandbox.server.openapi"
local publication = require "credenco.sandbox.issuer.publication"
local role_of = require("credenco.base.roles").OF_CALL
local settings = require "credenco.sandbox.ground.options"
local wallet = require "credenco.sandbox.wallet.wallet_api"
local window = require "credenco.sandbox.wallet.window"

local ISSUER = settings.ISSUER_PATH
local ISSUER_METADATA = "/.well-known/openid-credential-issuer"
local SERVER_METADATA = "/.well-known/oauth-authorization-server"
local CONTACTS = "/api/wallets/:key/trusted-contacts"
local WALLET = "/sandbox/wallets/:key"
local START, ASK, TRUST = role_of.create_offer, role_of.issue_status, role_of.trust_issuer

return {
  -- The product's API.
  { "POST", settings.TOKEN_PATH, access.issue_token, begins = true, fault = "oauth_token" },
  { "POST", "/api/v2/credential/issue", issuer.start, access = "api", role = START, begins = true, fault = "issue" },
  { "GET", "/api/v2/issue/:correlation_id", issuer.status, access = "api", role = ASK, fault = "status" },
  { "GET", "/api/oidc/credential-offer/:id", issuer.offer, fault = "offer", cors = true },
  { "POST", "/api/oidc/offer/:key", wallet.push, access = "same_origin", begins = true, fault = "push" },
  { "GET", CONTACTS, wallet.list_contacts, access = "api", role = TRUST, fault = "trusted_contacts" },
  { "POST", CONTACTS, wallet.add_contact, access = "api", role = TRUST, begins = true, fault = "trusted_contacts" },
  { "DELETE", CONTACTS .. "/:id", wallet.remove_contact, access = "api", role = TRUST, fault = "trusted_contacts" },

  -- The issuer's endpoints for wallets.
  { "GET", ISSUER_METADATA .. ISSUER, publication.issuer, fault = "issuer_metadata", cors = true },
  { "GET", ISSUER .. ISSUER_METADATA, publication.issuer, fault = "issuer_metadata", cors = true },
  { "GET", SERVER_METADATA .. ISSUER, publication.server, fault = "server_metadata", cors = true },
  { "GET", ISSUER .. SERVER_METADATA, publication.server, fault = "server_metadata", cors = true },
  { "POST", ISSUER .. "/token", endpoints.token, fault = "token", cors = true },
  { "POST", ISSUER .. "/nonce", endpoints.nonce, fault = "nonce", cors = true },
  { "POST", ISSUER .. "/credential", endpoints.credential, fault = "credential", cors = true },
  { "POST", ISSUER .. "/notification", endpoints.notification, fault = "notification", cors = true },
  { "GET", "/issuer/credenco/did.json", publication.did, fault = "did", cors = true },
  { "GET", "/status-lists/1", publication.status_list, fault = "status_list", cors = true },
  { "GET", "/vct/:template", publication.credential_type, cors = true },

  -- The sandbox's own.
  { "GET", "/sandbox/ready", control.ready },
  { "GET", "/sandbox/openapi.json", openapi.document },
  { "GET", "/sandbox/settings", control.settings, access = "same_origin" },
  { "GET", "/sandbox/wallets", window.list, access = "same_origin" },
  { "GET", WALLET, window.show, access = "same_origin" },
  { "PUT", WALLET, window.create, access = "same_origin", begins = true },
  { "GET", WALLET .. "/credentials/:id", window.credential, access = "same_origin" },
  { "POST", WALLET .. "/credentials/:id/revoke", control.revoke_credential, access = "same_origin" },
  { "GET", WALLET .. "/pushes", window.push, access = "same_origin" },
  { "POST", WALLET .. "/inbox/:id/accept", window.accept, access = "same_origin", begins = true },
  { "POST", WALLET .. "/inbox/:id/dismiss", window.dismiss, access = "same_origin" },
  { "POST", WALLET .. "/inbox/:id/read", window.read, access = "same_origin" },
  { "POST", WALLET .. "/trusted-contacts", wallet.add_contact, access = "same_origin", begins = true },
  { "DELETE", WALLET .. "/trusted-contacts/:id", wallet.remove_contact, access = "same_origin" },
  { "GET", "/sandbox/exchanges", control.exchanges, access = "same_origin" },
  { "GET", "/sandbox/log", control.log, access = "same_origin" },
  { "GET", "/sandbox/events", control.events, access = "same_origin" },
  { "POST", "/sandbox/revoke/:uuid", control.revoke, access = "same_origin" },
  { "POST", "/sandbox/clock", control.advance_clock, access = "same_origin" },
  { "POST", "/sandbox/reset", control.reset, access = "same_origin" },
  { "PUT", "/sandbox/keys/:key", accounts.set_key, access = "same_origin", begins = true },
  { "PUT", "/sandbox/clients/:client_id", accounts.set_client, access = "same_origin", begins = true },
  { "GET", "/sandbox/behaviour", control.get_behaviour, access = "same_origin" },
  { "PUT", "/sandbox/behaviour", control.set_behaviour, access = "same_origin", begins = true },
  { "DELETE", "/sandbox/behaviour", control.clear_behaviour, access = "same_origin" },
  { "GET", "/sandbox/faults", control.get_faults, access = "same_origin" },
  { "PUT", "/sandbox/faults", control.set_faults, access = "same_origin", begins = true },
  { "DELETE", "/sandbox/faults", control.clear_faults, access = "same_origin" },
}
