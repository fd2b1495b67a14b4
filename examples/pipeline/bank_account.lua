-- Bank accounts, with nested claims and the IBAN's own check digits (ISO 7064, mod 97-10).
--
--   credenco run examples/pipeline/bank_account.lua examples/pipeline/accounts.jsonl
local claims = require "credenco.claims"

-- The remainder of a number of any length, a few digits at a time.
local function remainder_97(digits)
  local rest = 0
  for digit in digits:gmatch "%d" do rest = (rest * 10 + tonumber(digit)) % 97 end
  return rest
end

local function letter_value(letter)
  return tostring(letter:byte() - ("A"):byte() + 10)
end

-- Moves country and check digits to the end, and turns letters into numbers. The remainder has to be 1.
local function has_valid_check_digits(iban)
  if not iban:find "^%u%u%d%d%w+$" then return false end
  local moved = iban:sub(5) .. iban:sub(1, 4)
  return remainder_97((moved:gsub("%u", letter_value))) == 1
end

local iban = claims.text("account.iban", {
  form = { "alphanumeric", "upper" },
  min_length = 15,
  max_length = 34,
  check = has_valid_check_digits,
  fits = "an IBAN whose check digits are right",
})

return {
  name = "bank-accounts",
  template_id = "any",
  key = function(record) return (record.account.iban:gsub("%s", "")) end,
  wallet_key = "wallet",
  claims = claims.map {
    account = {
      iban = iban,
      currency = claims.text("account.currency", { one_of = { "EUR", "USD" }, default = "EUR" }),
      opened = claims.date("account.opened", { notation = "DD-MM-YYYY" }),
    },
    holder = {
      name = "holder",
      address = claims.object({ street = "address.street", city = "address.city" }, { required = false }),
    },
    signatories = claims.list("signatories", { unique = true }),
  },
}
