--- The request for a token (RFC 6749, 4.4.2), with which the client proves who it is in one of three ways: its secret in
--- the form, its secret as HTTP Basic (both RFC 6749, 2.3.1), or a signed assertion (RFC 7523, 2.2).

local base64 = require "credenco.base.base64"
local core = require "credenco.core"

local M = {}

local ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

local function form(fields)
  local parts = {}
  for _, field in ipairs(fields) do
    if field[2] then parts[#parts + 1] = field[1] .. "=" .. core.encode(field[2]) end
  end
  return table.concat(parts, "&")
end

-- What the three ways differ in: more fields of the form, and a header.
---@type table<string, fun(settings: table): fun(): table, string?>
local WAYS = {}

function WAYS.post(settings)
  local fields = { { "client_id", settings.client_id }, { "client_secret", settings.client_secret } }
  return function() return fields end
end

-- Id and secret are encoded as a form's values are (RFC 6749, appendix B).
local function form_encoded(text)
  return (core.encode(text):gsub("%%20", "+"))
end

function WAYS.basic(settings)
  local credentials = form_encoded(settings.client_id) .. ":" .. form_encoded(settings.client_secret)
  local authorization = "Basic " .. base64.encode(credentials)
  return function() return {}, authorization end
end

function WAYS.private_key_jwt(settings)
  local assertions, problem = require("credenco.client.auth.assertion").new(settings)
  if not assertions then return nil, problem end
  return function()
    return {
      { "client_id", settings.client_id },
      { "client_assertion_type", ASSERTION_TYPE },
      { "client_assertion", assertions:make() },
    }
  end
end

local function body_of(settings, proof)
  local fields = { { "grant_type", "client_credentials" } }
  for _, field in ipairs(proof) do fields[#fields + 1] = field end
  for _, name in ipairs { "scope", "audience", "resource" } do fields[#fields + 1] = { name, settings[name] } end
  return form(fields)
end

--- Makes the function that writes a request. Each attempt needs its own, since an assertion is good for one.
---@param settings table  the option `oauth2`, checked
---@return (fun(): string, string?)? write  gives the form, and the authorization header where there is one
---@return string? problem  what is wrong with the settings
function M.new(settings)
  local prove, problem = WAYS[settings.client_auth](settings)
  if not prove then return nil, problem end
  return function()
    local proof, authorization = prove()
    return body_of(settings, proof), authorization
  end
end

return M
