--- The issuer's public documents: metadata, its DID document, the status list and the types of its credentials.
local identity = require "credenco.sandbox.issuer.identity"
local metadata = require "credenco.sandbox.issuer.metadata"
local respond = require "credenco.sandbox.ground.respond"
local revocations = require "credenco.sandbox.issuer.revocations"
local templates = require "credenco.sandbox.issuer.templates"

local M = {}

--- The issuer's metadata (OpenID4VCI 1.0, 12.2).
function M.issuer()
  return respond.json(200, metadata.issuer())
end

--- The authorization server's metadata (RFC 8414).
function M.server()
  return respond.json(200, metadata.authorization_server())
end

--- The DID document of the issuer's did:web.
function M.did()
  return respond.json(200, identity.document())
end

--- GET /status-lists/1: the current list; lists of other times do not exist (Token Status List, 8.4).
function M.status_list(request)
  if request.query.time then
    return respond.problem(501, "this issuer has only the current status list")
  end
  return respond.text(200, "application/statuslist+jwt", revocations.token())
end

--- GET /vct/{template}: SD-JWT VC type metadata.
function M.credential_type(request)
  local template = templates.find(request.params.template)
  if not template or template.format ~= "dc+sd-jwt" then
    return respond.problem(404, "no credential type of this name")
  end
  return respond.json(200, metadata.credential_type(template))
end

return M
