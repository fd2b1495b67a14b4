--- The accounts of the API: API keys and OAuth2 clients, each with its roles and its expiry date, as the service's
--- administration gives them.
local clock = require "credenco.sandbox.ground.clock"
local config = require "credenco.sandbox.ground.config"
local respond = require "credenco.sandbox.ground.respond"
local roles = require "credenco.base.roles"
local schema = require "credenco.sandbox.ground.schema"
local store = require "credenco.sandbox.ground.store"

local M = {}

---@class credenco.SandboxAccount
---@field roles string[]
---@field expires_at integer? seconds since the epoch; nil: it does not expire
---@field secret string? of a client

local YEAR_S = 365 * 86400
local ROLES = { type = "array", items = schema.one_of(roles.LIST) }
local EXPIRY = { type = "integer", min = 0, max = 10 * YEAR_S }

--- The body of PUT /sandbox/keys/{key}.
M.KEY = { type = "object", nulls = "refused", others = "refused", members = {
  roles = ROLES, expires_in_s = EXPIRY,
} }
--- The body of PUT /sandbox/clients/{client_id}.
M.CLIENT = { type = "object", nulls = "refused", others = "refused", members = {
  roles = ROLES, expires_in_s = EXPIRY, secret = { type = "string", min = 1 },
} }

local function place_of_key(key)
  return store.key("api-key", key)
end

local function place_of_client(id)
  return store.key("client", id)
end

--- The key and the client of the options.
function M.create_first()
  store.set(place_of_key(config.api_key), { roles = roles.LIST })
  store.set(place_of_client(config.client_id), { roles = roles.LIST, secret = config.client_secret })
end

---@param key string
---@return credenco.SandboxAccount?
function M.key(key)
  return store.get(place_of_key(key))
end

---@param id string
---@return credenco.SandboxAccount?
function M.client(id)
  return store.get(place_of_client(id))
end

---@param account credenco.SandboxAccount
---@return boolean
function M.has_expired(account)
  return account.expires_at ~= nil and account.expires_at <= clock.now()
end

--- Makes or changes an account. Keeps the fields that the order does not name; a new account has every role, for a year.
local function change(place, order)
  local expires_at = order.expires_in_s and clock.now() + order.expires_in_s
  local is_new = store.add(place, { roles = roles.LIST, expires_at = clock.now() + YEAR_S })
  local account = store.update(place, function(account)
    account.roles, account.secret = order.roles or account.roles, order.secret or account.secret
    account.expires_at = expires_at or account.expires_at
    return account
  end)
  return respond.json(is_new and 201 or 200, { roles = account.roles, expires_at = account.expires_at })
end

--- PUT /sandbox/keys/{key}
function M.set_key(request)
  local order, refusal = request:read(M.KEY)
  return refusal or change(place_of_key(request.params.key), order)
end

--- PUT /sandbox/clients/{client_id}
function M.set_client(request)
  local order, refusal = request:read(M.CLIENT)
  if not order then
    return refusal
  end
  local place = place_of_client(request.params.client_id)
  if not order.secret and not store.get(place) then
    return respond.problem(400, "the request body: secret is missing", { field = "secret" })
  end
  return change(place, order)
end

return M
