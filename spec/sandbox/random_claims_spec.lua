--- Claims of an independent issuer, made at random and disclosed selectively at random depths, come out of the wallet as
--- they went in. `CREDENCO_CLAIMS=500` tries more of them.
local json = require "credenco.sandbox.ground.json"
local odd = require "spec.sandbox.odd.issuer"
local worlds = require "spec.sandbox.world"

local COUNT = tonumber(os.getenv "CREDENCO_CLAIMS" or 10)
local SEED = tonumber(os.getenv "CREDENCO_CLAIMS_SEED" or 1)
local MAX_DEPTH = 5

local random = math.random

local function pick(list) return list[random(#list)] end

local NAMES = { "name", "naam", "\195\188ber", "1", "", " ", "a.b", "constructor", "__proto__", "id", "type", "vc", "\240\159\152\128" }
local VALUES = {
  "", "x", "\0", "\"\\/\b", "\226\130\172", "\240\159\152\128", ("long"):rep(500), 0, -1, 7.25, 1e-9, 1e300, 2 ^ 53 - 1, true, false,
  json.null,
}

local make

local function make_list(depth)
  local list = json.array {}
  for index = 1, random(0, 4) do list[index] = make(depth + 1) end
  return list
end

local function make_object(depth)
  local object = {}
  for _ = 1, random(0, 4) do object[pick(NAMES)] = make(depth + 1) end
  return object
end

function make(depth)
  local kind = depth >= MAX_DEPTH and 1 or random(4)
  return kind == 2 and make_list(depth) or kind == 3 and make_object(depth) or pick(VALUES)
end

local hide

local function hide_list(plan, list)
  local hidden = json.array {}
  for index, value in ipairs(list) do
    local inner = hide(plan, value)
    hidden[index] = random(3) == 1 and { ["..."] = plan:disclose { "s" .. #plan.disclosures, inner } } or inner
  end
  return hidden
end

local function hide_object(plan, object)
  local hidden, digests = {}, json.array {}
  for name, value in pairs(object) do
    local inner = hide(plan, value)
    if random(2) == 1 then
      digests[#digests + 1] = plan:disclose { "s" .. #plan.disclosures, name, inner }
    else
      hidden[name] = inner
    end
  end
  hidden._sd = #digests > 0 and digests or nil
  return hidden
end

--- The same value with some of it behind digests, disclosed.
function hide(plan, value)
  if type(value) ~= "table" or value == json.null then return value end
  return json.is_array(value) and hide_list(plan, value) or hide_object(plan, value)
end

--- Puts the claims into a plan, in one of the formats.
local PUT = {}

PUT["an SD-JWT VC"] = function(plan, claims)
  plan.payload._sd, plan.payload.country, plan.disclosures = nil, nil, {}
  for name, value in pairs(hide_object(plan, claims)) do plan.payload[name] = value end
end

PUT["a VC-JWT"] = function(plan, claims)
  plan:as_vc_jwt()
  claims.id = nil -- is the holder's
  local subject = { id = plan.holder_did }
  for name, value in pairs(claims) do subject[name] = value end
  plan.payload.vc.credentialSubject = subject
end

describe("a wallet", function()
  local world = worlds.use()
  local issuer

  setup(function() issuer = odd.start() end)
  teardown(function() issuer:stop() end)

  --- Has a credential with these claims pushed; gives the credential as the wallet shows it, and the answer's text.
  local function received(number, put, claims)
    local wallet = world:new_wallet {}
    local plan = issuer:plan("/c" .. number, world:wallet(wallet).did)
    put(plan, claims)
    world:call("POST", ("/api/wallets/%s/trusted-contacts"):format(wallet),
      { did = plan.did, name = "Odd", directIssueAllowed = true })
    world:push(wallet, (plan.offer_uri:gsub("[:/]", { [":"] = "%3A", ["/"] = "%2F" })))
    local answer = world:anonymous("GET", "/sandbox/wallets/" .. wallet)
    return json.decode(answer.body).credentials[1], answer.body
  end

  for _, format in ipairs { "an SD-JWT VC", "a VC-JWT" } do
    it("gives random claims back as they were issued, in " .. format, function()
      math.randomseed(SEED)
      for number = 1, COUNT do
        local claims = make_object(1)
        local credential, body = received(number, PUT[format], claims)
        assert.truthy(credential, ("%d of seed %d: %s"):format(number, SEED, body))
        assert.equal(json.encode(claims), json.encode(credential.claims), ("%d of seed %d"):format(number, SEED))
      end
    end)
  end
end)
