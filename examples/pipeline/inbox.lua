-- Issues straight into wallets that trust the issuer, and into the inbox of the others, for the holder to accept.
--
--   credenco run examples/pipeline/inbox.lua examples/pipeline/holders.csv
local claims = require "credenco.claims"

return {
  name = "holders",
  template_id = "ebw_oid",
  key = "coc_number",
  wallet_key = "wallet",
  delivery = function(record)
    return record.trusts_us == "yes" and "direct" or "inbox"
  end,
  claims = claims.map {
    id = claims.text("coc_number", { length = 8 }),
    name = "legal_name",
    issuing_authority = claims.constant "Credenco",
    issuing_country = claims.constant "NL",
  },
  on_issued = function(record, result)
    if result.delivery == "inbox" then
      io.stderr:write(("ask %s to accept the credential in the inbox\n"):format(record.legal_name))
    end
  end,
}
