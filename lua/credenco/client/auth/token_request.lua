--- The request for a token (RFC 6749, 4.4.2). The client proves its identity in one of three ways: its secret in the
--- form, its secret as HTTP Basic (both RFC 6749, 2.3.1), or a signed assertion (RFC 7523, 2.2).

local base64 = require "credenco.base.base64"
local core = require "credenco.core"
local form = require "credenco.base.form"
local secrets = require "credenco.client.auth.secret"

local M = {}

local ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

-- The two ways with a secret: further fields of the form, and a header field.
---@type table<string, fun(client_id: string, secret: string): table, string?>
local WAYS = {}

function WAYS.post(client_id, secret)
  return { client_id = client_id, client_secret = secret }
end

-- Id and secret are encoded like the values of a form (RFC 6749, appendix B).
local function form_encoded(text)
  return (core.encode(text):gsub("%%20", "+"))
end

function WAYS.basic(client_id, secret)
  return {}, "Basic " .. base64.encode(form_encoded(client_id) .. ":" .. form_encoded(secret))
end

local function with_assertion(client_id, assertion)
  return { client_id = client_id, client_assertion_type = ASSERTION_TYPE, client_assertion = assertion }
end

---@class credenco.TokenRequest
---@field settings table
---@field secret credenco.Secret?
---@field used string?           the secret of the last request
---@field assertions credenco.Assertions?
local TokenRequest = {}
TokenRequest.__index = TokenRequest

--- Reads the secret or the key.
---@param settings table  the option `oauth2`, checked
---@return credenco.TokenRequest?
---@return string? problem  in the settings
function M.new(settings)
  local self = setmetatable({ settings = settings }, TokenRequest)
  if settings.client_auth == "private_key_jwt" then
    local assertions, problem = require("credenco.client.auth.assertion").new(settings)
    self.assertions = assertions
    return assertions and self, problem
  end
  local secret, problem = secrets.from(settings, "client_secret")
  self.secret = secret
  return secret and self, problem
end

-- The fields and the header field that identify the client.
local function proof(self)
  local settings = self.settings
  if self.assertions then return with_assertion(settings.client_id, self.assertions:make()) end
  local secret, err = self.secret:get(nil, "token")
  if not secret then return nil, err end
  self.used = secret
  return WAYS[settings.client_auth](settings.client_id, secret)
end

--- Writes a request. Each attempt needs its own, since an assertion is valid for one.
---@return string? form
---@return string|credenco.Error|nil authorization  the header field, if there is one; or the error
function TokenRequest:write()
  local fields, authorization = proof(self)
  if not fields then return nil, authorization end
  fields.grant_type = "client_credentials"
  for _, name in ipairs { "scope", "audience", "resource" } do fields[name] = self.settings[name] end
  return form(fields), authorization
end

--- Whether the next request will have a new secret or key; that of the last request was refused.
---@return boolean
function TokenRequest:renew()
  if self.assertions then return self.assertions:renew() end
  return self.secret.changes and self.secret:get(self.used, "token") ~= nil
end

--- Secrets in a request, in forms that differ from the given ones.
---@param request { headers: table, body: string }
---@return table
function TokenRequest.carried_by(request)
  return { request.headers.authorization or "", request.body:match "client_assertion=([^&]*)" or "" }
end

--- The secrets that no error may show.
---@return table
function TokenRequest:secrets()
  return self.secret and self.secret:all() or {}
end

return M
