--- Which claims the issuer takes: every one that its wallet gives back as it was, and no other.
local cjson = require "cjson"
local claims_of = require "credenco.sandbox.issuer.claim_limits"
local worlds = require "spec.sandbox.world"

describe("the issuer's claims", function()
  local world = worlds.use()

  local function issue(template, claims)
    return world:issue(('{"template_id":"%s","claims":%s}'):format(template, claims))
  end

  local function nested(levels)
    return ('{"a":'):rep(levels - 1) .. "{}" .. ("}"):rep(levels - 1)
  end

  --- Claims of exactly so many bytes as JSON.
  local function of_bytes(count)
    return ('{"a":"%s"}'):format(("x"):rep(count - #'{"a":""}'))
  end

  local function so_many(count)
    local members = {}
    for index = 1, count do members[index] = ('"c%d":%d'):format(index, index) end
    return "{" .. table.concat(members, ",") .. "}"
  end

  local MANDATE = '{"company":%s,"representative":{},"powers":[]}'

  local REFUSED = {
    { "any", '{"x":{"_sd":["y"]}}', "claims.x._sd" },
    { "any", '{"x":[{"y":1},{"...":"z"}]}', "claims.x[2]...." },
    { "any", '{"x":[[{"y":{"_sd_alg":"sha-256"}}]]}', "claims.x[1][1].y._sd_alg" },
    { "any", '{"_sd":1}', "claims._sd" },
    { "any", '{"...":1}', "claims...." },
    { "any", '{"jti":"1"}', "claims.jti" },
    { "any", '{"aud":"1"}', "claims.aud" },
    { "any", '{"vct#integrity":"1"}', "claims.vct#integrity" },
    { "any", '{"sub":"1"}', "claims.sub" },
    { "any", nested(claims_of.MAX_DEPTH + 1), "claims" .. (".a"):rep(claims_of.MAX_DEPTH) },
    { "any", nested(90), "claims" .. (".a"):rep(claims_of.MAX_DEPTH) },
    { "any", of_bytes(claims_of.MAX_BYTES + 1), "claims" },
    { "any", of_bytes(900000), "claims" },
    { "any", so_many(claims_of.MAX_CLAIMS + 1), "claims" },
    { "mandate", MANDATE:format(nested(claims_of.MAX_DEPTH)), "claims.company" .. (".a"):rep(claims_of.MAX_DEPTH - 1) },
  }
  for _, case in ipairs(REFUSED) do
    local template, claims, field = case[1], case[2], case[3]
    it(("refuses %s of %s by its path"):format(field:sub(1, 40), template), function()
      local answer = issue(template, claims)
      assert.equal(422, answer.status, answer.body)
      assert.equal(field, answer.json.field)
    end)
  end

  local KEPT = {
    { "any", '{"x":{"jti":1,"aud":[],"iss":{},"vct":"","exp":"never"}}' },
    { "any", '{"id":"of one\'s own","_":1,"..":2,"....":3,"_sd_":4,"":5,"1":"one"}' },
    { "any", nested(claims_of.MAX_DEPTH) },
    { "any", of_bytes(claims_of.MAX_BYTES) },
    { "any", so_many(claims_of.MAX_CLAIMS) },
    { "mandate", MANDATE:format('{"id":"1","_sd":[1],"...":{"...":2},"_sd_alg":0}') },
    { "mandate", MANDATE:format(nested(claims_of.MAX_DEPTH - 1)) },
    { "mandate", '{"company":{},"representative":{},"powers":["' .. ("x"):rep(claims_of.MAX_BYTES - 50) .. '"]}' },
  }
  for number, case in ipairs(KEPT) do
    it(("accepts claims that its wallet gives back: %s, %d"):format(case[1], number), function()
      local wallet = world:new_wallet()
      local offer = world:offer(('{"template_id":"%s","claims":%s}'):format(case[1], case[2]))
      assert.equal(201, world:push(wallet, offer).status)
      local state = world:wallet(wallet)
      assert.same({}, state.discarded)
      assert.same(cjson.decode(case[2]), state.credentials[1].claims)
    end)
  end
end)
