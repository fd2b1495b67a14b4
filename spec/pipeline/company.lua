-- The workflow of the specs: the company credential of the sandbox.
local claims = require "credenco.claims"

return {
  name = "companies",
  template_id = "ebw_oid",
  key = "coc_number",
  wallet_key = "wallet",
  claims = claims.map {
    id = claims.text("coc_number", { length = 8 }),
    name = "legal_name",
    issuing_authority = claims.constant "Credenco",
    issuing_country = claims.constant "NL",
  },
}
