-- Companies of a register export, each into its own wallet.
--
--   credenco claims check examples/pipeline/company.lua examples/pipeline/companies.csv
--   credenco run examples/pipeline/company.lua examples/pipeline/companies.csv
local claims = require "credenco.claims"

return {
  name = "companies",
  template_id = "ebw_oid",
  -- The register writes a number in several ways ("90 01 23 45", "90012345"), all for the same company.
  key = function(record) return (record.coc_number:gsub("%D", "")) end,
  wallet_key = "wallet",
  claims = claims.map {
    id = claims.text("coc_number", { form = "digits", length = 8, fits = "8 digits" }),
    name = claims.text("legal_name", { form = "collapse", max_length = 200 }),
    issuing_authority = claims.constant "Credenco",
    issuing_country = claims.constant "NL",
  },
  -- A company that has been dissolved gets no credential.
  accept = function(record)
    return record.status ~= "dissolved", "dissolved"
  end,
}
