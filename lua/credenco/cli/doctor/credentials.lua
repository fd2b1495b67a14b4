--- The credentials: whether the service accepts them. The doctor asks for the status of an issue that cannot exist.
local advice_about = require "credenco.cli.doctor.refusals"
local auth_schemes = require "credenco.base.auth_schemes"
local credenco = require "credenco"
local exit_code = require "credenco.cli.exit_code"
local network = require "credenco.cli.doctor.network"

local M = { name = "credentials", title = "Credentials", code = exit_code.unauthorized }

---@param options credenco.Options
---@return credenco.Error? err nil if the service knows an issue that cannot exist
local function ask(options)
  local client = credenco.new(options)
  local _, err = client:without_retries():issue_status(network.impossible_id())
  client:close()
  return err
end

local function with(options, changes)
  local copy = {}
  for name, value in pairs(options) do copy[name] = value end
  for name, value in pairs(changes) do copy[name] = value end
  return copy
end

-- Some services expect the key in the other header field.
local function advice_of_key(options)
  local refused = options.auth_scheme or auth_schemes.NAMES[1]
  for _, other in ipairs(auth_schemes.NAMES) do
    local err = other ~= refused and ask(with(options, { auth_scheme = other }))
    if err and err.code == "not_found" then
      return ("the service takes this key in another header: give  --auth-scheme %s"):format(other)
    end
  end
  return "check that the API key is complete and belongs to this service, and " .. advice_about.EXPIRY
end

local function asked(context)
  context.asked = context.asked or { err = ask(context.options) }
  return context.asked.err
end

local function check_token(context)
  local err = asked(context)
  if not err or err.step ~= "token" then return "ok", "the token server gives one" end
  local advice = (err.code == "unauthorized" or err.http_status == 400)
    and "check CREDENCO_CLIENT_ID and the file of its secret or key, and " .. advice_about.EXPIRY
    or "check CREDENCO_TOKEN_URL or --token-url; for Keycloak it ends in /protocol/openid-connect/token"
  return "failure", advice_about.said(err), advice, exit_code.of(err)
end

local function check_accepted(context)
  local err = asked(context)
  if not err then
    return "warning", "an issue that cannot exist has a status", "is this the service, or a stand-in for it?"
  end
  if err.code == "not_found" then return "ok", "the service knows them" end
  local advice = "try again, and check any proxy or gateway before the server"
  if err.code == "forbidden" then
    advice = advice_about.role "issue_status"
  elseif err.code == "unauthorized" then
    advice = context.options.oauth2 and "the service does not take this server's tokens: check CREDENCO_TOKEN_URL and "
      .. "the client's scope (--scope)" or advice_of_key(context.options)
  end
  return "failure", advice_about.said(err), advice, exit_code.of(err)
end

local GROUND = { "credentials_set", "api", "tokens_proxy", "tokens_name", "tokens_connection", "tokens_tls" }

---@param context credenco.doctor.Context
---@return credenco.doctor.Row[]
function M.rows(context)
  local rows = {}
  if context.options.oauth2 then
    rows[1] = { id = "token", title = "token", needs = GROUND, check = check_token }
  end
  rows[#rows + 1] = { id = "credentials", title = "credentials accepted", needs = { "credentials_set", "api", "token" },
    check = check_accepted }
  return rows
end

return M
