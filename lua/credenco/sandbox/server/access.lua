--- Access control: an API key or a client's access token, with the role that the call needs. The sandbox's own
--- endpoints are open to any program on this machine, except web pages of another origin.
local accounts = require "credenco.sandbox.server.accounts"
local base64 = require "credenco.base.base64"
local config = require "credenco.sandbox.ground.config"
local lists = require "credenco.base.lists"
local random = require "credenco.sandbox.ground.random"
local respond = require "credenco.sandbox.ground.respond"
local store = require "credenco.sandbox.ground.store"

local M = {}

local function unauthorized(detail)
  local response = respond.problem(401, detail)
  response.headers["WWW-Authenticate"] = "Bearer"
  return response
end

local function holder_of(token)
  local grant = store.get("access_token:" .. token)
  return grant and accounts.client(grant.client_id)
end

--- The caller's account: `x-api-key`, or Bearer with a token or a key.
local function account_of(request)
  local key, token = request:header "x-api-key", request:credentials "bearer"
  local account = key and accounts.key(key)
  return account or token and (accounts.key(token) or holder_of(token))
end

--- For the calls of the service's API.
---@param request credenco.SandboxRequest
---@param route credenco.SandboxRoute
---@return credenco.SandboxResponse? refusal
function M.api(request, route)
  local account = account_of(request)
  if not account then
    return unauthorized(request:credentials "bearer" and "the access token is unknown or has expired"
      or "no valid API key or access token")
  end
  if accounts.has_expired(account) then
    return unauthorized "the API key or client has expired"
  end
  if not lists.contains(account.roles, route.role) then
    return respond.problem(403, ("the API key or client lacks the role '%s'"):format(route.role))
  end
end

--- For the sandbox's own endpoints: a browser names the page's origin, which must be the sandbox's own.
---@return credenco.SandboxResponse? refusal
function M.same_origin(request)
  local origin = request.headers["origin"]
  if origin == nil or origin == config.base_url or origin == ngx.var.scheme .. "://" .. ngx.var.http_host then
    return nil
  end
  return respond.problem(403, "a web page of another origin may not change the sandbox")
end

local function basic_credentials(request)
  local encoded = request:credentials "basic"
  local decoded = encoded and base64.decode(encoded)
  if decoded then
    return decoded:match "^([^:]*):(.*)$"
  end
end

--- OAuth2 token endpoint, client credentials grant (RFC 6749, 4.4), with credentials in the body or as HTTP Basic.
function M.issue_token(request)
  local form, err = request:form()
  if not form then
    return respond.oauth(400, "invalid_request", err)
  end
  local id, secret = basic_credentials(request)
  id, secret = id or form.client_id, secret or form.client_secret
  if form.grant_type ~= "client_credentials" then
    return respond.oauth(400, "unsupported_grant_type", "only client_credentials")
  end
  local client = id and accounts.client(id)
  if not client or secret ~= client.secret then
    return respond.oauth(401, "invalid_client", "unknown client or wrong secret")
  end
  if accounts.has_expired(client) then
    return respond.oauth(401, "invalid_client", "the client has expired")
  end
  local token = random.token()
  store.set("access_token:" .. token, { client_id = id }, config.token_ttl_s)
  return respond.json(200, {
    access_token = token, token_type = "Bearer", expires_in = config.token_ttl_s, scope = form.scope,
  })
end

return M
