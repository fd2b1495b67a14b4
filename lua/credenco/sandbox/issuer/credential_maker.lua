--- Makes the credential: SD-JWT VC or VC-JWT, bound to the holder's key.
local clock = require "credenco.sandbox.ground.clock"
local core = require "credenco.core"
local did_jwk = require "credenco.sandbox.crypto.did_jwk"
local identity = require "credenco.sandbox.issuer.identity"
local jws = require "credenco.sandbox.crypto.jws"
local revocations = require "credenco.sandbox.issuer.revocations"
local sd_jwt = require "credenco.sandbox.crypto.sd_jwt"
local spoil = require "credenco.sandbox.issuer.spoil"

local M = {}

local DAY_S = 86400

--- The holder's key in the form that the wallet proved, `kid` or `jwk`. With both, wallets differ in the one that they
--- read (OpenID4VCI 1.0, F.1; DIIP V5 requires `kid`).
local function confirmation(holder)
  return holder.kid and { kid = holder.kid } or { jwk = holder.key }
end

--- The holder's DID exactly as it gave it: a did:jwk made anew from the same key may be another text.
local function subject_did(holder)
  return holder.kid and holder.kid:match "^[^#]+" or did_jwk.encode(holder.key)
end

--- The claims that both formats have.
local function envelope(plan)
  return {
    iss = identity.did(),
    iat = plan.issued_at,
    exp = plan.expires_at,
    cnf = confirmation(plan.holder),
    status = { status_list = { idx = plan.status_index, uri = revocations.uri() } },
  }
end

local function make_sd_jwt(plan)
  local payload = envelope(plan)
  payload.vct = plan.vct
  return sd_jwt.issue({ typ = "dc+sd-jwt", kid = identity.kid() }, payload, plan.claims, plan.signing_key)
end

local function with_subject_id(claims, did)
  local subject = { id = did }
  for name, value in pairs(claims) do
    subject[name] = value
  end
  return subject
end

local function make_vc_jwt(plan)
  local payload = envelope(plan)
  payload.nbf = plan.issued_at
  payload.sub = subject_did(plan.holder)
  payload.jti = "urn:uuid:" .. core.uuid()
  payload.vc = {
    ["@context"] = { "https://www.w3.org/2018/credentials/v1" },
    type = { "VerifiableCredential", plan.type },
    credentialSubject = with_subject_id(plan.claims, payload.sub),
  }
  return jws.sign({ typ = "JWT", kid = identity.kid() }, payload, plan.signing_key)
end

local MAKERS = { ["dc+sd-jwt"] = make_sd_jwt, jwt_vc_json = make_vc_jwt }

--- The content of the credential, apart from its format.
local function plan_for(template, order)
  local now = clock.now()
  return {
    claims = order.claims, holder = order.holder, status_index = order.status_index,
    type = template.key, vct = template.vct,
    issued_at = now, expires_at = now + template.validity_days * DAY_S,
    signing_key = identity.key(),
  }
end

---@param template credenco.SandboxTemplate
---@param order { claims: table, holder: credenco.SandboxHolder, status_index: integer, change: string? }
---  `change` is a fault: how to make the credential wrong
---@return string credential
function M.make(template, order)
  local plan = plan_for(template, order)
  spoil.before(order.change, plan)
  return spoil.after(order.change, MAKERS[template.format](plan))
end

return M
