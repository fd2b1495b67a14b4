-- Which claims the client takes, with a transport that keeps what it would send.
local cjson = require "cjson"
local credenco = require "credenco"

local CREATED = '{"request_uri":"x://?credential_offer_uri=https://issuer.example/o"}'

local function nested(levels)
  local value = {}
  for _ = 2, levels do value = { a = value } end
  return value
end

-- A client whose transport gives that answer, and the requests it was given.
local function client_with(answer)
  local requests = {}
  local transport = {
    send = function(_, request)
      requests[#requests + 1] = request
      return answer
    end,
  }
  return credenco.new { base_url = "https://wallet.example", api_key = "k", transport = transport }, requests
end

describe("claims", function()
  local client, requests

  before_each(function()
    client, requests = client_with { status = 201, headers = {}, body = CREATED }
  end)

  local function offer(claims)
    return client:create_offer { template_id = "t", claims = claims }
  end

  it("may be 64 levels deep, the request around them not counted", function()
    assert(offer(nested(64)))
    local _, err = offer(nested(65))
    assert.equal("invalid_claims", err.code)
    assert.equal(1, #requests)
  end)

  it("may be empty, and are an object then", function()
    assert(offer {})
    assert.truthy(requests[1].body:find('"claims":{}', 1, true))
  end)

  for name, claims in pairs {
    ["a list"] = { "a" },
    ["an empty list that says so"] = credenco.array {},
    ["a table that shows another to pairs"] = setmetatable({}, { __pairs = function() return next, { a = 1 } end }),
    ["a table with its contents elsewhere"] = setmetatable({}, { __index = { a = 1 } }),
  } do
    it("are refused when they are " .. name, function()
      local _, err = offer(claims)
      assert.equal("invalid_claims", err.code)
      assert.equal(0, #requests)
    end)
  end

  it("are read unchanged, without reading missing fields of a strict object", function()
    assert(offer(setmetatable({ a = 1 }, { __index = function() error "no such field" end })))
    assert.same({ a = 1 }, cjson.decode(requests[1].body).claims)
  end)
end)
