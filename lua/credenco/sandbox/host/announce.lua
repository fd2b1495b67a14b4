--- The ready line: one line of JSON for programs, a few lines of text for people.
local cjson = require "cjson"
local oauth2_settings = require "credenco.base.oauth2_settings"
local settings = require "credenco.base.settings"
local shell_quoted = require "credenco.base.shell_quoted"

local M = {}

local FIELDS = {
  "base_url", "api_key", "client_id", "client_secret", "token_url", "issuer_did", "credential_issuer",
  "ca_file", "wallets", "pid",
}

---@param server credenco.Sandbox
---@return string line
function M.json(server)
  local fields = { ready = true }
  for _, name in ipairs(FIELDS) do
    fields[name] = server[name]
  end
  return (cjson.encode(fields):gsub("\\/", "/")) .. "\n"
end

-- Variables that the shell may have set for another service, and that would also apply: all settings except the trace of
-- the program that starts the sandbox, and those of the command line alone.
local OTHERS = { "CREDENCO_API_KEY_FILE", "CREDENCO_HEADERS_FILE", "CREDENCO_JOURNAL", "CREDENCO_PROFILE" }
for _, list in ipairs { settings.LIST, oauth2_settings.LIST } do
  for _, setting in ipairs(list) do
    local variable = setting.flag and setting.flag.variable
    if variable and setting.name ~= "traceparent" then OTHERS[#OTHERS + 1] = "CREDENCO_" .. variable end
  end
end

--- The environment for the command line and for scripts.
---@param ready table the fields of the line of JSON
---@param pid integer the process to stop
---@return table<string, string> variables
function M.environment(ready, pid)
  return {
    CREDENCO_BASE_URL = ready.base_url,
    CREDENCO_API_KEY = ready.api_key,
    CREDENCO_CA_FILE = ready.ca_file,
    CREDENCO_ISSUER_DID = ready.issuer_did,
    CREDENCO_WALLET = ready.wallets[1].key,
    CREDENCO_SANDBOX_PID = ("%d"):format(pid),
  }
end

--- The same as lines for a shell to evaluate.
---@param variables table<string, string>
---@return string lines
function M.shell(variables)
  local lines = {}
  for name, value in pairs(variables) do
    lines[#lines + 1] = ("export %s=%s"):format(name, shell_quoted(value))
  end
  table.sort(lines)
  for _, name in ipairs(OTHERS) do
    lines[#lines + 1] = not variables[name] and "unset " .. name or nil
  end
  return table.concat(lines, "\n")
end

local function wallet_note(wallet)
  if wallet.direct_issue_allowed then
    return "trusts the issuer: a direct issue is kept"
  end
  return wallet.trusts_issuer and "trusts the issuer, but not for direct issue"
    or "does not trust the issuer: a direct issue is discarded"
end

---@param server credenco.Sandbox
---@return string lines
function M.text(server)
  local lines = {
    "credenco sandbox ready at " .. server.base_url .. " (open it in a browser)",
    "  api key       " .. server.api_key,
    "  oauth2        " .. server.client_id .. " / " .. server.client_secret .. " at " .. server.token_url,
    "  issuer        " .. server.issuer_did,
  }
  if server.ca_file then
    lines[#lines + 1] = "  ca file       " .. server.ca_file
  end
  for _, wallet in ipairs(server.wallets) do
    lines[#lines + 1] = ("  wallet        %s  %s (%s)"):format(wallet.key, wallet.name, wallet_note(wallet))
  end
  return table.concat(lines, "\n") .. "\n"
end

return M
