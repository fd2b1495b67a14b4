-- A test for a Lua without busted: `smoke.lua READY`, with the line that `credenco sandbox --json` prints.
-- One issue, many at once, OAuth2, and errors as values: what yields across pcall, and what JSON is read and written.
local credenco = require "credenco"
local json = require "credenco.base.json"

local sandbox = assert(json.decode(assert(arg[1], "the sandbox's line is missing")))
local MANY = 20
local CLAIMS = { id = "90004760", name = "Café", issuing_authority = "Credenco", issuing_country = "NL" }

local function wallet_that_trusts()
  for _, wallet in ipairs(sandbox.wallets) do
    if wallet.direct_issue_allowed then return wallet.key end
  end
end

local wallet = assert(wallet_that_trusts())

local function issue_at(client) return client:issue_direct { wallet_key = wallet, template_id = "ebw_oid", claims = CLAIMS } end

local function records()
  local given = 0
  return function()
    given = given + 1
    return given <= MANY and { wallet_key = wallet, template_id = "ebw_oid", claims = CLAIMS } or nil
  end
end

local client = credenco.new { base_url = sandbox.base_url, api_key = sandbox.api_key }
assert(issue_at(client))
local issued = 0
for record, result, err in client:issue_many(records()) do
  assert(record and result, err)
  issued = issued + 1
end
assert(issued == MANY)
local _, err = client:create_offer { template_id = "ebw_oid", claims = { 0 / 0 } }
assert(err.code == "invalid_claims")
client:close()

local with_token = credenco.new { base_url = sandbox.base_url, oauth2 = { token_url = sandbox.token_url,
  client_id = sandbox.client_id, client_secret = sandbox.client_secret } }
assert(issue_at(with_token))
with_token:close()

local listing = credenco.new { base_url = sandbox.base_url, api_key = sandbox.api_key }
local answer = assert(listing:request { path = "/sandbox/wallets/" .. wallet })
listing:close()
assert(#answer.json.credentials == MANY + 2, #answer.json.credentials)
print "ok"
