--- `credenco issue`: both calls: creates an offer and delivers it.
local claims = require "credenco.cli.claim_arguments"
local core = require "credenco.core"
local fields = require "credenco.cli.fields"
local files = require "credenco.cli.files"
local library = require "credenco.cli.library"
local output = require "credenco.cli.output"
local settings = require "credenco.cli.server_settings"

-- The offer is delivered and used up. It was a secret, and nobody needs it any more.
local SHOWN = { "correlation_id", "status_uri", "http_status" }

local M = {
  description = [[
Creates a credential offer and delivers it to a wallet. The wallet accepts it without the holder.

The wallet keeps the credential only if the issuer is one of its trusted contacts (see `credenco
trust`). Otherwise it discards the credential, and the response is the same.]],
  epilog = [[
Examples:
  credenco issue --wallet "$CREDENCO_WALLET" --template ebw_oid \
    --claim id=90004760 --claim name=CoolSoft
  make-claims | credenco issue --wallet "$CREDENCO_WALLET" --template ebw_oid --claims-json -

Exit code 5: the delivery was sent, and its response was lost. Deliver the same offer
again, never a new one:
  credenco issue --wallet "$CREDENCO_WALLET" --template ebw_oid --claims-json claims.json \
    --keep-offer offer \
    || { [ $? = 5 ] && credenco push --wallet "$CREDENCO_WALLET" --from offer && rm offer; }

]] .. settings.ENVIRONMENT,
}

function M.declare(command)
  command:group("Options",
    command:option "--wallet" :argname "KEY" :count "1" :description "External key of the wallet.",
    command:option "--template" :argname "KEY" :count "1" :description "Key of the credential template.",
    command:option "--correlation-id" :argname "ID" :target "correlation_id"
      :description "Your own id for this issue (default: a new one).",
    files.written(command:option "--keep-offer" :argname "FILE" :target "keep_offer"
      :description "Write the offer to this file if it was created, and its delivery failed or is unclear."),
    files.declare_force(command),
    claims.declare(command))
  settings.declare(command)
end

local function keep_offer(args, err, out)
  local offer = args.keep_offer and err:offer()
  if not offer then
    return
  end
  local ok, problem = output.write(args.keep_offer, (offer.offer_uri or offer.request_uri) .. "\n")
  out:note(ok and "the offer is kept in " .. args.keep_offer or "the offer is lost: cannot write " .. problem)
end

function M.run(args, out)
  local result, err = library.client_call(settings.options(args), "issue_direct", {
    wallet_key = args.wallet,
    template_id = args.template,
    correlation_id = args.correlation_id or core.uuid(), -- known even if the program has to end at once
    claims = claims.read(args),
  })
  if not result then
    keep_offer(args, err, out)
    return nil, err
  end
  out:note "delivered; the wallet keeps the credential if it trusts the issuer"
  local shown = fields.pick(result, SHOWN)
  return shown, fields.text(shown, SHOWN)
end

return M
