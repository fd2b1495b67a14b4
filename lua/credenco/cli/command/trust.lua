--- `credenco trust`: makes an issuer a trusted contact of a wallet.
local fields = require "credenco.cli.fields"
local library = require "credenco.cli.library"
local settings = require "credenco.cli.server_settings"

local FIELDS = { "id", "did", "name", "direct_issue_allowed" }

local M = {
  description = [[
Adds an issuer to a wallet's trusted contacts, so that the wallet keeps credentials from this issuer. Use the
credentials of the wallet, which may differ from those of the issuer.

Use the DID of the issuer's template. The service compares it letter by letter. An issuer may have a different DID
for each credential format.]],
  epilog = [[
Example:
  credenco trust --wallet "$CREDENCO_WALLET" --name Credenco \
    --did did:web:wallet.credenco.com:issuer:credenco

Exit code 5: the request was sent, and the response was lost. The contact may exist: look
at the wallet's contacts before you repeat the command.

]] .. settings.ENVIRONMENT,
}

function M.declare(command)
  command:group("Options",
    command:option "--wallet" :argname "KEY" :count "1" :description "External key of the wallet.",
    command:option "--did" :argname "DID" :count "1" :description "The issuer's DID.",
    command:option "--name" :argname "NAME" :count "1" :description "The name that the holder sees.",
    command:flag "--no-direct-issue" :target "no_direct_issue"
      :description "Trust the issuer, but leave its offers in the inbox.")
  settings.declare(command)
end

function M.run(args)
  local result, err = library.client_call(settings.options(args), "trust_issuer", {
    wallet_key = args.wallet,
    did = args.did,
    name = args.name,
    direct_issue_allowed = not args.no_direct_issue,
  })
  if not result then
    return nil, err
  end
  local shown = fields.pick(result, FIELDS)
  return shown, fields.text(shown, FIELDS)
end

return M
