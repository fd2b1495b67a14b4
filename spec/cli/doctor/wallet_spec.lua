-- The wallet's line, from the trusted contacts that a service lists.
local library = require "credenco.cli.library"
local wallet = require "credenco.cli.doctor.wallet"

local DID = "did:web:issuer.example"
local ALLOWED = { did = DID, directIssueAllowed = true }
local NOT_ALLOWED = { did = DID, directIssueAllowed = false }

local CASES = {
  { "allowed, then not", { ALLOWED, NOT_ALLOWED }, "ok" },
  { "not allowed, then allowed", { NOT_ALLOWED, ALLOWED }, "ok" },
  { "not allowed twice", { NOT_ALLOWED, NOT_ALLOWED }, "failure" },
}

-- A client whose service lists these contacts.
local function lister(contacts)
  return { request = function() return { json = contacts } end, close = function() end }
end

describe("the trust of a wallet with several contacts of one DID", function()
  local new_client = library.new_client

  after_each(function() library.new_client = new_client end)

  for _, case in ipairs(CASES) do
    it("is found: " .. case[1], function()
      library.new_client = function() return lister(case[2]) end
      local row = wallet.rows({ args = { wallet = "w", did = DID }, options = {} })[1]
      local state, words = row.check()
      assert.equal(case[3], state, words)
    end)
  end
end)
