--- An issuer for the specs that follows the specifications until a row says otherwise. It shares no code with
--- the sandbox but its writer of JSON. A plan holds what it will answer; a row changes the plan.
local digest = require "openssl.digest"
local holder = require "spec.sandbox.holder"
local json = require "credenco.sandbox.ground.json"
local server = require "spec.sandbox.odd.server"
local statuses = require "spec.sandbox.odd.statuses"

local M = {}

M.GRANT_TYPE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
M.array, M.null = json.array, json.null

---@class spec.OddPlan
---@field base string the issuer's identifier; rows change the parts below, not this
---@field did string
---@field trusted string the DID that the wallet trusts
---@field holder_did string
---@field offer_uri string
---@field header table|string of the credential; a string is signed as it stands
---@field payload table|string
---@field disclosures string[]
---@field key userdata signs the credential
---@field finish (fun(credential: string): string)? changes the credential after it was signed
---@field answers table<string, any> by "METHOD path": the name of a part of the plan, or what such a part may be: JSON as
---  a table, a body as a string, a response with `raw = true`, or a function of the request that gives one of them
local Plan = {}
Plan.__index = Plan

local function sha256(text)
  local state = digest.new "sha256"
  state:update(text)
  return state:final()
end

function M.digest_of(disclosure)
  return holder.base64url(sha256(disclosure))
end

--- A disclosure of any JSON value: [salt, name, value] and whatever a row likes. Returns its digest.
function Plan:disclose(parts)
  local text = type(parts) == "string" and parts or holder.base64url(json.encode(json.array(parts)))
  self.disclosures[#self.disclosures + 1] = text
  return M.digest_of(text)
end

--- Hides claims of the payload behind digests, at the top level.
function Plan:hide(parts)
  table.insert(self.payload._sd, self:disclose(parts))
end

local function text_of(part)
  return type(part) == "string" and part or json.encode(part)
end

function Plan:credential()
  local signed = holder.sign_text(self.key, text_of(self.header), text_of(self.payload))
  if self.plain then return self.finish and self.finish(signed) or signed end
  local parts = { signed }
  for _, disclosure in ipairs(self.disclosures) do parts[#parts + 1] = disclosure end
  local text = table.concat(parts, "~") .. "~"
  return self.finish and self.finish(text) or text
end

--- Makes the credential a VC-JWT (VCDM 1.1, 6.3.1).
function Plan:as_vc_jwt()
  self.plain, self.header.typ = true, "JWT"
  self.configuration.format, self.configuration.vct = "jwt_vc_json", nil
  self.configuration.credential_definition = { type = { "VerifiableCredential", "Odd" } }
  local payload = self.payload
  payload.vct, payload._sd, payload._sd_alg, payload.country, payload.sub = nil, nil, nil, nil, self.holder_did
  payload.nbf = payload.iat
  payload.vc = {
    ["@context"] = { "https://www.w3.org/2018/credentials/v1" }, type = { "VerifiableCredential", "Odd" },
    credentialSubject = { id = self.holder_did, company = "Odd B.V.", country = "NL" },
  }
end

--- Names a status list in the credential and serves it.
---@param bytes string the list's bytes, before compression
function Plan:with_status(bytes, idx)
  local uri = self.base .. "/status"
  self.payload.status = { status_list = { idx = idx or 0, uri = uri } }
  self.status_header = { alg = "ES256", typ = "statuslist+jwt", kid = self.header.kid }
  self.status_payload = {
    sub = uri, iss = self.payload.iss, iat = os.time(), exp = os.time() + 3600,
    status_list = { bits = 1, lst = holder.base64url(statuses.compress(bytes)) },
  }
  self.status_key = self.key
  self.answers["GET " .. self.path .. "/status"] = function(_, plan)
    local token = holder.sign_text(plan.status_key, text_of(plan.status_header), text_of(plan.status_payload))
    return { raw = true, headers = { ["Content-Type"] = "application/statuslist+jwt" },
      body = plan.status_finish and plan.status_finish(token) or token }
  end
end

--- Sends what was served at one place to another one, in place of it.
function Plan:move(from, to)
  self.answers[to], self.answers[from] = self.answers[from], nil
end

local function documents(self)
  self.configuration = {
    format = "dc+sd-jwt", vct = self.base .. "/vct/odd",
    cryptographic_binding_methods_supported = { "jwk" },
    proof_types_supported = { jwt = { proof_signing_alg_values_supported = { "ES256" } } },
    credential_metadata = { display = { { name = "Odd", locale = "en" } } },
  }
  self.offer = {
    credential_issuer = self.base, credential_configuration_ids = { "odd" },
    grants = { [M.GRANT_TYPE] = { ["pre-authorized_code"] = "code" } },
  }
  self.metadata = {
    credential_issuer = self.base, credential_endpoint = self.base .. "/credential",
    nonce_endpoint = self.base .. "/nonce", credential_configurations_supported = { odd = self.configuration },
  }
  self.server = { issuer = self.base, token_endpoint = self.base .. "/token", grant_types_supported = { M.GRANT_TYPE } }
  self.token = { access_token = "token", token_type = "Bearer", expires_in = 300 }
  self.nonce = { c_nonce = "nonce" }
  self.jwk = holder.jwk(self.key)
  self.method = { id = self.did .. "#k1", type = "JsonWebKey2020", controller = self.did, publicKeyJwk = self.jwk }
  self.did_document = {
    id = self.did, verificationMethod = { self.method }, assertionMethod = { self.did .. "#k1" },
  }
end

local function credential_parts(self)
  local now = os.time()
  self.header = { alg = "ES256", typ = "dc+sd-jwt", kid = self.did .. "#k1" }
  self.payload = {
    iss = self.did, iat = now, exp = now + 86400, vct = self.configuration.vct, cnf = { jwk = self.holder_jwk },
    _sd_alg = "sha-256", _sd = json.array {}, country = "NL",
  }
  self.disclosures = {}
  self:hide { "salt", "company", "Odd B.V." }
  self.response = function(_, plan) return { credentials = { { credential = plan:credential() } } } end
end

--- What is served where; a name is looked up in the plan when it is asked for.
local function answers(path)
  return {
    ["GET " .. path .. "/offer"] = "offer",
    ["GET /.well-known/openid-credential-issuer" .. path] = "metadata",
    ["GET /.well-known/oauth-authorization-server" .. path] = "server",
    ["GET " .. path .. "/did.json"] = "did_document",
    ["POST " .. path .. "/token"] = "token",
    ["POST " .. path .. "/nonce"] = "nonce",
    ["POST " .. path .. "/credential"] = "response",
  }
end

local function respond(plan, answer, request)
  if type(answer) == "function" then answer = answer(request, plan) end
  if type(answer) == "table" and answer.raw then return answer end
  return { headers = { ["Content-Type"] = "application/json" }, body = text_of(answer) }
end

local Issuer = {}
Issuer.__index = Issuer

--- A plan for one row, of an issuer under a path of its own ("" is the root).
---@param holder_did string the wallet's did:jwk
---@return spec.OddPlan
function Issuer:plan(path, holder_did)
  local plan = setmetatable({ path = path, origin = ("http://127.0.0.1:%d"):format(self.port), port = self.port,
    key = self.key, other_key = self.other_key, holder_did = holder_did, answers = answers(path) }, Plan)
  plan.base = plan.origin .. path
  plan.did = ("did:web:localhost%%3A%d%s"):format(self.port, (path:gsub("/", ":")))
  plan.trusted = plan.did
  plan.holder_jwk = json.decode(holder.from_base64url(holder_did:match "^did:jwk:(.*)$"))
  plan.offer_uri = plan.base .. "/offer"
  documents(plan)
  credential_parts(plan)
  self.current = plan
  return plan
end

function Issuer:stop() self.server.stop() end

--- Serves one plan at a time.
function M.start()
  local self = setmetatable({ key = holder.new_key(), other_key = holder.new_key() }, Issuer)
  self.server = server.start(function(request)
    local plan = self.current
    local answer = plan.answers[request.method .. " " .. request.path]
    if answer == nil then return { status = 404 } end
    if type(answer) == "string" then answer = plan[answer] end
    return respond(plan, answer, request)
  end)
  self.port = self.server.port
  return self
end

return M
