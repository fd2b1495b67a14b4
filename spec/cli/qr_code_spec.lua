-- `credenco offer --qr-code`: the picture for a holder who is there.
local cjson = require "cjson"
local files = require "spec.support.files"
local Misbehaving = require "spec.support.misbehaving"
local program = require "spec.cli.program"

local PICTURE, BASE64 = "\137PNG\r\n\26\n", "iVBORw0KGgo="
local REQUEST_URI = "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Fo%2F1"

describe("credenco offer --qr-code", function()
  local server = Misbehaving.use()

  local function offer(qr_uri, path)
    local scenario = server:scenario { create = { {
      act = "answer", status = 200, headers = { ["content-type"] = "application/json" },
      body = cjson.encode { request_uri = REQUEST_URI, qr_uri = qr_uri },
    } } }
    local outcome = program.run({ "offer", "--template", "t", "--qr-code", path, "--json" },
      { CREDENCO_BASE_URL = scenario.url, CREDENCO_API_KEY = "k" })
    return outcome, cjson.decode(scenario.requests("create")[1].body)
  end

  for name, qr_uri in pairs { ["with"] = "data:image/png;base64," .. BASE64, ["without"] = BASE64 } do
    it("writes a picture that comes " .. name .. " the prefix of its data: URI", function()
      local path = server.folder .. "/" .. name .. ".png"
      local outcome, asked = offer(qr_uri, path)
      assert.equal(0, outcome.code, outcome.err)
      assert.equal(PICTURE, files.read(path))
      assert.same({}, asked.qr_code)
    end)
  end

  it("says that the offer was created when there is no picture", function()
    local path = server.folder .. "/none.png"
    local outcome = offer(nil, path)
    local err = cjson.decode(outcome.err).error
    assert.same({ 4, "bad_response" }, { outcome.code, err.code })
    assert.matches("the offer was created", err.message)
    assert.is_nil(files.read(path))
  end)

  it("says that the offer was created when the picture cannot be written", function()
    local outcome = offer(BASE64, "/dev/full")
    assert.equal(1, outcome.code)
    local message = cjson.decode(outcome.err).error.message
    assert.is_truthy(message:find("the offer was created, but its QR code cannot be written: /dev/full", 1, true), message)
  end)
end)
