-- Issues two credentials for each company: its own, and then the power of representation.
--
--   credenco run examples/pipeline/representative.lua examples/pipeline/representatives.csv
local claims = require "credenco.claims"

local company = claims.map {
  id = claims.text("coc_number", { length = 8 }),
  name = "legal_name",
  issuing_authority = claims.constant "Credenco",
  issuing_country = claims.constant "NL",
}

local mandate = claims.map {
  company = { id = "coc_number", name = "legal_name" },
  representative = { name = "director" },
  powers = claims.list("powers", { separator = ";" }),
  limit = claims.number("limit", { required = false, min = 0, decimal = "," }),
  jointly = claims.boolean("jointly", { yes = { "ja" }, no = { "nee" } }),
}

return {
  name = "representatives",
  key = "coc_number",
  wallet_key = "wallet",
  steps = {
    { template_id = "ebw_oid", claims = company },
    { template_id = "mandate", claims = mandate },
  },
}
