--- Templates from a file of the user's own.
local cjson = require "cjson"
local sandbox = require "credenco.sandbox"
local worlds = require "spec.sandbox.world"

describe("the sandbox's templates", function()
  local path
  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  local function write(document)
    local file = assert(io.open(path, "wb"))
    file:write(type(document) == "string" and document or cjson.encode(document))
    file:close()
  end

  local BADGE = {
    key = "badge", name = "Badge", format = "dc+sd-jwt", vct = "urn:example:badge",
    claims = { level = { type = "integer", required = true } },
  }

  local function with(changes)
    local copy = {}
    for name, value in pairs(BADGE) do copy[name] = value end
    for name, value in pairs(changes) do copy[name] = value end
    return copy
  end

  it("come from the file that is named", function()
    write { templates = { BADGE } }
    local world = worlds.start { templates = path }
    local wallet = world:new_wallet()
    world:push(wallet, (world:offer { template_id = "badge", claims = { level = 3 } }))
    local credential = world:wallet(wallet).credentials[1]
    local unknown, wrong = world:issue(), world:issue { template_id = "badge", claims = { level = 1.5 } }
    world:stop()
    assert.equal("urn:example:badge", credential.vct)
    assert.equal(3, credential.claims.level)
    assert.equal(404, unknown.status)
    assert.equal("claims.level", wrong.json.field)
  end)

  local WRONG = {
    { "no JSON", "{", "not usable JSON" },
    { "no list", { templates = 1 }, "templates must be array, not number" },
    { "an object for a list", '{"templates":{}}', "templates must be array, not object" },
    { "an empty list", '{"templates":[]}', "templates must not be empty" },
    { "an unknown field", { templates = { with { formats = "x" } } },
      "templates[1].formats is unknown; did you mean 'format'?" },
    { "another format", { templates = { with { format = "mso_mdoc" } } }, "templates[1].format must be one of" },
    { "a missing name", '{"templates":[{"key":"x","format":"dc+sd-jwt","claims":{}}]}', "templates[1].name is missing" },
    { "a wrong type", { templates = { with { claims = { a = { type = "text" } } } } }, "claims.a.type must be one of" },
    { "no days of validity", { templates = { with { validity_days = 0 } } }, "validity_days must be more than 0" },
    { "a reserved claim", { templates = { with { claims = { iss = { type = "string" } } } } }, "claim 'iss'" },
    { "the subject's id as a claim", { templates = { with {
      format = "jwt_vc_json", claims = { id = { type = "string" } } } } }, "claim 'id' has a name that VC-JWT uses itself" },
    { "a colour that is none", { templates = { with { display = { text_color = "red" } } } }, "display.text_color must be a colour" },
    { "the same key twice", { templates = { BADGE, BADGE } }, "templates[2] has the key of another" },
  }
  for _, case in ipairs(WRONG) do
    it("are refused with the reason: " .. case[1], function()
      write(case[2])
      local server, err, at_fault = sandbox.start { templates = path }
      assert.is_nil(server)
      assert.equal("templates", at_fault)
      assert.truthy(err:find(case[3], 1, true), err)
      assert.truthy(err:find(path, 1, true), err)
    end)
  end

  for what, unreadable in pairs { ["not there"] = "/nowhere/templates.json", ["a folder"] = "/tmp" } do
    it("are refused when the file is " .. what, function()
      local server, err, at_fault = sandbox.start { templates = unreadable }
      assert.is_nil(server)
      assert.truthy(err:find("cannot read templates: " .. unreadable, 1, true), err)
      assert.equal("templates", at_fault)
    end)
  end
end)
