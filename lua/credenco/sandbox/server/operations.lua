--- Each route's request and responses, for the OpenAPI document: a summary, the schema of its body, the schemas of its
--- responses by status (`true` without a body), and its query. openapi.lua adds what follows from a route's access and
--- `begins`.
local settings = require "credenco.sandbox.ground.options"

local ISSUER = settings.ISSUER_PATH
local METADATA = "/.well-known/openid-credential-issuer"
local SERVER = "/.well-known/oauth-authorization-server"
local CONTACTS = "/api/wallets/:key/trusted-contacts"
local WALLET = "/sandbox/wallets/:key"

local metadata = { "Issuer metadata", responses = { [200] = "Metadata" } }
local server = { "Authorization server metadata", responses = { [200] = "ServerMetadata" } }
local add_contact = {
  "Make an issuer a trusted contact", body = "NewContact",
  responses = { [200] = "Contact", [201] = "Contact", [400] = "Problem", [404] = "Problem", [409] = "Problem" },
}
local remove_contact = { "Remove a trusted contact", responses = { [204] = true, [404] = "Problem" } }
local function decided(summary)
  return { summary, responses = { [200] = "InboxOffer", [404] = "Problem", [409] = "Problem" } }
end

return {
  ["POST " .. settings.TOKEN_PATH] = {
    "OAuth2 client credentials", form = true,
    responses = { [200] = "Token", [400] = "OAuthError", [401] = "OAuthError" },
  },
  ["POST /api/v2/credential/issue"] = {
    "Start an issuance", body = "IssueOrder",
    responses = { [200] = "Issue", [400] = "Problem", [404] = "Problem", [409] = "Problem", [412] = "Problem",
      [422] = "Problem", [501] = "Problem" },
  },
  ["GET /api/v2/issue/:correlation_id"] = {
    "The status of an issuance", responses = { [200] = "IssueStatus", [404] = "Problem" },
  },
  ["GET /api/oidc/credential-offer/:id"] = { "An offer", responses = { [200] = "Offer", [404] = "Problem" } },
  ["POST /api/oidc/offer/:key"] = {
    "Push an offer to a wallet", query = { directIssue = false, credential_offer_uri = true },
    responses = { [201] = true, [400] = "Problem", [404] = "Problem", [409] = "Problem", [500] = "Problem" },
  },
  ["GET " .. CONTACTS] = {
    "The trusted contacts of a wallet", responses = { [200] = "Contacts", [404] = "Problem", [405] = "Problem" },
  },
  ["POST " .. CONTACTS] = add_contact,
  ["DELETE " .. CONTACTS .. "/:id"] = remove_contact,

  ["GET " .. METADATA .. ISSUER] = metadata,
  ["GET " .. ISSUER .. METADATA] = metadata,
  ["GET " .. SERVER .. ISSUER] = server,
  ["GET " .. ISSUER .. SERVER] = server,
  ["POST " .. ISSUER .. "/token"] = {
    "Redeem a pre-authorized code", form = true, responses = { [200] = "Token", [400] = "OAuthError" },
  },
  ["POST " .. ISSUER .. "/nonce"] = { "A nonce for a key proof", responses = { [200] = "Nonce" } },
  ["POST " .. ISSUER .. "/credential"] = {
    "A credential", body = "CredentialRequest",
    responses = { [200] = "Credentials", [400] = "OAuthError", [401] = "OAuthError" },
  },
  ["POST " .. ISSUER .. "/notification"] = {
    "Report the outcome of a credential", body = "Notification",
    responses = { [204] = true, [400] = "OAuthError", [401] = "OAuthError" },
  },
  ["GET /issuer/credenco/did.json"] = { "The issuer's DID document", responses = { [200] = "DidDocument" } },
  ["GET /status-lists/1"] = { "The Token Status List", text = "application/statuslist+jwt", responses = {} },
  ["GET /vct/:template"] = { "Type metadata", responses = { [200] = "CredentialType", [404] = "Problem" } },

  ["GET /sandbox/ready"] = { "Check that the sandbox is ready", responses = { [200] = "Ready" } },
  ["GET /sandbox/openapi.json"] = { "This document", responses = { [200] = "Document" } },
  ["GET /sandbox/settings"] = { "Addresses and credentials of the sandbox", responses = { [200] = "Settings" } },
  ["GET /sandbox/wallets"] = { "The wallets", responses = { [200] = "Wallets" } },
  ["GET " .. WALLET] = {
    "The contents of a wallet", query = { latest = false }, responses = { [200] = "Wallet", [404] = "Problem" },
  },
  ["PUT " .. WALLET] = {
    "Create a wallet", body = "NewWallet", responses = { [200] = "Wallet", [201] = "Wallet", [400] = "Problem" },
  },
  ["GET " .. WALLET .. "/credentials/:id"] = {
    "One credential, with its signed text", responses = { [200] = "Credential", [404] = "Problem" },
  },
  ["POST " .. WALLET .. "/credentials/:id/revoke"] = {
    "Revoke a credential that a wallet holds", responses = { [200] = "Revoked", [404] = "Problem", [409] = "Problem" },
  },
  ["GET " .. WALLET .. "/pushes"] = {
    "The outcome of a delivery", query = { credential_offer_uri = true },
    responses = { [200] = "Push", [404] = "Problem" },
  },
  ["POST " .. WALLET .. "/inbox/:id/accept"] = decided "The holder accepts an offer",
  ["POST " .. WALLET .. "/inbox/:id/dismiss"] = decided "The holder dismisses an offer",
  ["POST " .. WALLET .. "/inbox/:id/read"] = decided "The holder reads an offer",
  ["POST " .. WALLET .. "/trusted-contacts"] = add_contact,
  ["DELETE " .. WALLET .. "/trusted-contacts/:id"] = remove_contact,
  ["GET /sandbox/exchanges"] = { "The number of exchanges that have not finished", responses = { [200] = "UnderWay" } },
  ["GET /sandbox/log"] = { "The steps of every exchange", query = { after = false }, responses = { [200] = "Log" } },
  ["GET /sandbox/events"] = { "The log as server-sent events", text = "text/event-stream", responses = {} },
  ["POST /sandbox/revoke/:uuid"] = {
    "Revoke by revocation_uuid", responses = { [200] = "Revoked", [404] = "Problem" },
  },
  ["POST /sandbox/clock"] = {
    "Move the clock forward", body = "Advance", responses = { [200] = "Clock", [400] = "Problem" },
  },
  ["POST /sandbox/reset"] = { "Restore the state at the start", responses = { [204] = true } },
  ["PUT /sandbox/keys/:key"] = {
    "Create or change an API key", body = "KeyChange",
    responses = { [200] = "Account", [201] = "Account", [400] = "Problem" },
  },
  ["PUT /sandbox/clients/:client_id"] = {
    "Create or change an OAuth2 client", body = "ClientChange",
    responses = { [200] = "Account", [201] = "Account", [400] = "Problem" },
  },
  ["GET /sandbox/behaviour"] = { "The sandbox's behaviours", responses = { [200] = "Behaviour" } },
  ["PUT /sandbox/behaviour"] = {
    "Change behaviours", body = "BehaviourChange", responses = { [200] = "Behaviour", [400] = "Problem" },
  },
  ["DELETE /sandbox/behaviour"] = { "Restore the behaviours of the start", responses = { [204] = true } },
  ["GET /sandbox/faults"] = { "The faults", responses = { [200] = "Faults" } },
  ["PUT /sandbox/faults"] = {
    "Set the faults", body = "FaultsOrder", responses = { [200] = "Faults", [400] = "Problem" },
  },
  ["DELETE /sandbox/faults"] = { "Remove all faults", responses = { [204] = true } },
}
