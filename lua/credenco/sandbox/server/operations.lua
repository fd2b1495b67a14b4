--- What each route of the sandbox takes and answers, for its OpenAPI document: a summary, the schemas of its body and
--- of its answers by status (`true` where there is no body), and its query. What follows from a route's access and
--- from `begins` is added in openapi.lua.
local settings = require "credenco.sandbox.ground.options"

local ISSUER = settings.ISSUER_PATH
local METADATA = "/.well-known/openid-credential-issuer"
local SERVER = "/.well-known/oauth-authorization-server"
local CONTACTS = "/api/wallets/:key/trusted-contacts"
local WALLET = "/sandbox/wallets/:key"

local metadata = { "Issuer metadata", answers = { [200] = "Metadata" } }
local server = { "Authorization server metadata", answers = { [200] = "ServerMetadata" } }
local add_contact = {
  "Make an issuer a trusted contact", body = "NewContact",
  answers = { [200] = "Contact", [201] = "Contact", [400] = "Problem", [404] = "Problem", [409] = "Problem" },
}
local remove_contact = { "Remove a trusted contact", answers = { [204] = true, [404] = "Problem" } }
local function decided(summary)
  return { summary, answers = { [200] = "InboxOffer", [404] = "Problem", [409] = "Problem" } }
end

return {
  ["POST " .. settings.TOKEN_PATH] = {
    "OAuth2 client credentials", form = true,
    answers = { [200] = "Token", [400] = "OAuthError", [401] = "OAuthError" },
  },
  ["POST /api/v2/credential/issue"] = {
    "Start an issuance", body = "IssueOrder",
    answers = { [200] = "Issue", [400] = "Problem", [404] = "Problem", [409] = "Problem", [412] = "Problem",
      [422] = "Problem", [501] = "Problem" },
  },
  ["GET /api/v2/issue/:correlation_id"] = {
    "How far an issuance is", answers = { [200] = "IssueStatus", [404] = "Problem" },
  },
  ["GET /api/oidc/credential-offer/:id"] = { "An offer", answers = { [200] = "Offer", [404] = "Problem" } },
  ["POST /api/oidc/offer/:key"] = {
    "Push an offer to a wallet", query = { directIssue = false, credential_offer_uri = true },
    answers = { [201] = true, [400] = "Problem", [404] = "Problem", [409] = "Problem", [500] = "Problem" },
  },
  ["GET " .. CONTACTS] = {
    "The trusted contacts of a wallet", answers = { [200] = "Contacts", [404] = "Problem", [405] = "Problem" },
  },
  ["POST " .. CONTACTS] = add_contact,
  ["DELETE " .. CONTACTS .. "/:id"] = remove_contact,

  ["GET " .. METADATA .. ISSUER] = metadata,
  ["GET " .. ISSUER .. METADATA] = metadata,
  ["GET " .. SERVER .. ISSUER] = server,
  ["GET " .. ISSUER .. SERVER] = server,
  ["POST " .. ISSUER .. "/token"] = {
    "Redeem a pre-authorized code", form = true, answers = { [200] = "Token", [400] = "OAuthError" },
  },
  ["POST " .. ISSUER .. "/nonce"] = { "A nonce for a key proof", answers = { [200] = "Nonce" } },
  ["POST " .. ISSUER .. "/credential"] = {
    "A credential", body = "CredentialRequest",
    answers = { [200] = "Credentials", [400] = "OAuthError", [401] = "OAuthError" },
  },
  ["POST " .. ISSUER .. "/notification"] = {
    "What became of a credential", body = "Notification",
    answers = { [204] = true, [400] = "OAuthError", [401] = "OAuthError" },
  },
  ["GET /issuer/credenco/did.json"] = { "The issuer's DID document", answers = { [200] = "DidDocument" } },
  ["GET /status-lists/1"] = { "The Token Status List", text = "application/statuslist+jwt", answers = {} },
  ["GET /vct/:template"] = { "Type metadata", answers = { [200] = "CredentialType", [404] = "Problem" } },

  ["GET /sandbox/ready"] = { "Whether it answers", answers = { [200] = "Ready" } },
  ["GET /sandbox/openapi.json"] = { "This document", answers = { [200] = "Document" } },
  ["GET /sandbox/settings"] = { "What a page or a program needs to use it", answers = { [200] = "Settings" } },
  ["GET /sandbox/wallets"] = { "The wallets", answers = { [200] = "Wallets" } },
  ["GET " .. WALLET] = {
    "What a holder has", query = { latest = false }, answers = { [200] = "Wallet", [404] = "Problem" },
  },
  ["PUT " .. WALLET] = {
    "Create a wallet", body = "NewWallet", answers = { [200] = "Wallet", [201] = "Wallet", [400] = "Problem" },
  },
  ["GET " .. WALLET .. "/credentials/:id"] = {
    "One credential, with its signed text", answers = { [200] = "Credential", [404] = "Problem" },
  },
  ["POST " .. WALLET .. "/credentials/:id/revoke"] = {
    "Revoke a credential that a wallet holds", answers = { [200] = "Revoked", [404] = "Problem", [409] = "Problem" },
  },
  ["GET " .. WALLET .. "/pushes"] = {
    "What became of a push", query = { credential_offer_uri = true },
    answers = { [200] = "Push", [404] = "Problem" },
  },
  ["POST " .. WALLET .. "/inbox/:id/accept"] = decided "The holder accepts an offer",
  ["POST " .. WALLET .. "/inbox/:id/dismiss"] = decided "The holder dismisses an offer",
  ["POST " .. WALLET .. "/inbox/:id/read"] = decided "The holder reads an offer",
  ["POST " .. WALLET .. "/trusted-contacts"] = add_contact,
  ["DELETE " .. WALLET .. "/trusted-contacts/:id"] = remove_contact,
  ["GET /sandbox/exchanges"] = { "How many exchanges are under way", answers = { [200] = "UnderWay" } },
  ["GET /sandbox/log"] = { "The steps of every exchange", query = { after = false }, answers = { [200] = "Log" } },
  ["GET /sandbox/events"] = { "The log as server-sent events", text = "text/event-stream", answers = {} },
  ["POST /sandbox/revoke/:uuid"] = {
    "Revoke by revocation_uuid", answers = { [200] = "Revoked", [404] = "Problem" },
  },
  ["POST /sandbox/clock"] = {
    "Move the clock forward", body = "Advance", answers = { [200] = "Clock", [400] = "Problem" },
  },
  ["POST /sandbox/reset"] = { "Start over", answers = { [204] = true } },
  ["GET /sandbox/behaviour"] = { "How it behaves", answers = { [200] = "Behaviour" } },
  ["PUT /sandbox/behaviour"] = {
    "Behave otherwise", body = "BehaviourChange", answers = { [200] = "Behaviour", [400] = "Problem" },
  },
  ["DELETE /sandbox/behaviour"] = { "Behave as at the start", answers = { [204] = true } },
  ["GET /sandbox/faults"] = { "The faults", answers = { [200] = "Faults" } },
  ["PUT /sandbox/faults"] = {
    "Order faults", body = "FaultsOrder", answers = { [200] = "Faults", [400] = "Problem" },
  },
  ["DELETE /sandbox/faults"] = { "No faults", answers = { [204] = true } },
}
