--- An offer in the inbox whose acceptance breaks off, because memory is full: the holder may accept it later.
local worker = require "spec.nginx.worker"

describe("an offer in the sandbox's inbox", function()
  it("can be accepted again after the sandbox failed to", function()
    local inside = worker.start { http = "lua_shared_dict sandbox 1m;" }
    finally(function() inside:stop() end)
    assert.same({ false, 200, 409 }, { inside:run [[
      local inbox = require "credenco.sandbox.wallet.inbox"
      local receive = require "credenco.sandbox.wallet.receive"
      local store = require "credenco.sandbox.ground.store"
      local wallets = require "credenco.sandbox.wallet.wallets"
      local id = wallets.drop_in_inbox("w", { offer_uri = "http://127.0.0.1:1/offer", state = "NEW" })
      local function accept(how)
        local kept = receive.accept
        receive.accept = how
        local ok, response = pcall(inbox.accept, { params = { id = tostring(id) } }, { key = "w" })
        receive.accept = kept
        return ok and response.status
      end
      local function takes() return { outcome = "accepted" } end
      return accept(function() error(store.FULL, 0) end), accept(takes), accept(takes)
    ]] })
  end)
end)
