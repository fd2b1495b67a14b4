-- The workflow that the benchmark runs: the company credential, four mapped claims.
local claims = require "credenco.claims"

return {
  name = "bench",
  template_id = "ebw_oid",
  key = "id",
  wallet_key = "wallet",
  claims = claims.map {
    id = "id",
    name = "name",
    issuing_authority = claims.constant "Credenco",
    issuing_country = claims.constant "NL",
  },
}
