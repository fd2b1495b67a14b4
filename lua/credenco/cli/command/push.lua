--- `credenco push`: the second of the two calls. It reads the offer from standard input or a file, never from an
--- argument: the offer is a secret, and arguments show in the process list.
local fields = require "credenco.cli.fields"
local library = require "credenco.cli.library"
local settings = require "credenco.cli.server_settings"
local source = require "credenco.cli.source"
local usage = require "credenco.cli.usage"

local FIELDS = { "http_status" }

local M = {
  description = [[
Delivers an offer, as printed by `credenco offer`, to a wallet. This needs no credentials.

The wallet keeps the credential only if the issuer is one of its trusted contacts. Otherwise it discards the
credential, and the response is the same.]],
  epilog = [[
Examples:
  credenco offer --template ebw_oid --claims-json claims.json \
    | credenco push --wallet "$CREDENCO_WALLET"
  credenco push --wallet "$CREDENCO_WALLET" --from offer
  credenco push --wallet "$CREDENCO_WALLET" --from offer --inbox

Exit code 5: the offer was sent, and the response was lost. Run the same command again:
if you deliver the same offer twice, the credential is issued once.]],
}

function M.declare(command)
  command:group("Options",
    command:option "--wallet" :argname "KEY" :count "1" :description "External key of the wallet.",
    command:option "--from" :argname "FILE" :default "-"
      :description "File with the offer's URI; standard input by default." :show_default(false),
    command:flag "--inbox" :description "Leave the offer in the inbox, for the holder to accept.")
  settings.declare_public(command)
end

local REQUEST_URI = "the offer's URI: this is a request URI; `credenco offer-uri` extracts the offer's URI from it"

local function offer_uri_of(args)
  local uri = source.read_line(args.from, "the offer's URI")
  if uri:find "^openid%-credential%-offer:" then usage.fail(REQUEST_URI) end
  return uri
end

function M.run(args, out)
  local result, err = library.client_call(settings.public_options(args), "push_offer", {
    wallet_key = args.wallet,
    offer_uri = offer_uri_of(args),
    direct = not args.inbox,
  })
  if not result then
    return nil, err
  end
  out:note(args.inbox and "delivered to the inbox"
    or "delivered; the wallet keeps the credential if it trusts the issuer")
  local shown = fields.pick(result, FIELDS)
  return shown, fields.text(shown, FIELDS)
end

return M
