--- The wallet: whether it will keep the issuer's credentials. It silently discards credentials from an issuer that it
--- does not trust.
local advice = require "credenco.cli.doctor.refusals"
local api = require "credenco.client.api"
local caught = require "credenco.cli.doctor.caught"
local exit_code = require "credenco.cli.exit_code"
local library = require "credenco.cli.library"
local option = require("credenco.cli.pipeline.command_line").option
local options = require "credenco.base.options"
local run = require "credenco.cli.doctor.run"
local source = require "credenco.cli.source"

local M = { name = "wallet", title = "Wallet", code = exit_code.rejected }

local LOOK = "open the wallet in the service, and look at its trusted contacts: the issuer's DID, with direct issue"
local CREDENTIALS = "only the wallet's own credentials may list its contacts: name the file with its API key with "
  .. "--wallet-api-key-file; "

-- The client's request needs a path: a URL without its origin.
local PATHS = api.starts { base_url = "", wallet_base_url = "" }

local function client_of(context)
  local given, file = {}, context.args.wallet_api_key_file
  for name, value in pairs(context.options) do given[name] = value end
  if file then
    given.api_key, given.api_key_file, given.oauth2 = source.read_line(file, "--wallet-api-key-file"), nil, nil
  end
  return library.new_client(given)
end

local function contacts_of(client, wallet_key)
  local listed, err = client:request { path = api.url(PATHS, api.trusted_contacts, wallet_key) }
  client:close()
  if not listed then return nil, err end
  return type(listed.json) == "table" and listed.json or {}
end

local function no_list(err)
  if err.http_status == 404 or err.http_status == 405 then
    return "warning", ("cannot be known: the service lists no trusted contacts of a wallet with this key (HTTP %d)")
      :format(err.http_status), "check the key in --wallet, then " .. LOOK
  end
  local what = err.code == "forbidden" and advice.role "trust_issuer" or advice.EXPIRY
  return "failure", advice.said(err), CREDENTIALS .. what, exit_code.of(err)
end

-- DIDs are compared exactly. If several contacts have the same DID, any may count.
local function find(contacts, did)
  local found
  for _, contact in ipairs(contacts) do
    if type(contact) == "table" and contact.did == did then
      found = { allows = contact.directIssueAllowed == true or found and found.allows or false }
    end
  end
  return found
end

local function trust(wallet_key, did)
  return ("credenco trust %s %s --name NAME"):format(option("--wallet", wallet_key), option("--did", did))
end

local function judged(contacts, wallet_key, args)
  local did = args.did or os.getenv "CREDENCO_ISSUER_DID"
  if not did or did == "" then
    return "warning", ("cannot be known without the issuer's DID; it has %d trusted contacts"):format(#contacts),
      "give the DID of the issuer's template with --did or CREDENCO_ISSUER_DID"
  end
  local contact = find(contacts, did)
  if not contact then
    return "failure", ("%s is not a trusted contact: the wallet discards its credentials"):format(did),
      "with the wallet's credentials  " .. trust(wallet_key, did)
  end
  if not contact.allows then
    return "failure", ("%s is trusted, but without direct issue: the wallet discards its direct issues"):format(did),
      "allow direct issue in the wallet, or with its credentials:  " .. trust(wallet_key, did)
  end
  return "ok", did .. " is trusted, with direct issue"
end

local function check_trust(context, wallet_key)
  local unfit = options.wallet_key(wallet_key)
  if unfit then return "failure", "--wallet " .. unfit, "give the external key of the wallet", exit_code.usage end
  local client, flaw = caught(client_of, context)
  if not client then return "failure", flaw, "name a file with the key on one line", exit_code.usage end
  local contacts, err = contacts_of(client, wallet_key)
  if not contacts then return no_list(err) end
  return judged(contacts, wallet_key, context.args)
end

local function not_tried()
  return "skipped", "not checked: give --wallet and --did"
end

-- The wallet that is named, or the first record's. An inbox accepts offers from anybody.
local function wallet_of(context)
  local named = context.args.wallet
  if named and named ~= "" then return named end
  for _, sent in ipairs(run.deliveries(context)) do
    if sent.delivery == "direct" then return sent.wallet_key end
  end
end

---@param context credenco.doctor.Context
---@return credenco.doctor.Row[]
function M.rows(context)
  local wallet_key = wallet_of(context)
  local ground = context.args.wallet_api_key_file and "api" or "credentials"
  return { {
    id = "trust", title = wallet_key and "trust of " .. wallet_key or "trust", needs = { "records", ground },
    check = function() return (wallet_key and check_trust or not_tried)(context, wallet_key) end,
  } }
end

return M
