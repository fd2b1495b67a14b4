-- A run in a process that may open few files: it sends nothing, or sends fewer requests at a time. No record fails.
local few_files = require "spec.support.few_files"
local files = require "spec.support.files"
local uv = require "luv"

local PROGRAM = [[
local credenco = require "credenco"
local pipeline = require "credenco.pipeline"
local workflow = require "credenco.workflow"
local OFFER = '{"request_uri":"openid-credential-offer://?credential_offer_uri=https%%3A%%2F%%2Fi%%2Fo"}'
local client = credenco.new { base_url = "https://issuer.example", api_key = "k", transport = {
  send = function(_, request) return { status = request.method == "GET" and 404 or 201, headers = {}, body = OFFER } end } }
local result, err = pipeline.run { client = client, journal = %q, concurrency = 64, new_journal = true,
  workflow = assert(workflow.new { name = "w", template_id = "t", key = "id", wallet_key = "id",
    claims = function() return {} end }),
  source = { { id = "1" }, { id = "2" } }, on_warning = print }
print(result and result.totals.issued .. " issued" or err.message)
]]

describe("a process that may open few files", function()
  local folder
  before_each(function() folder = files.temporary_folder() end)
  after_each(function() files.remove_folder(folder) end)

  local function run(limit)
    files.write(folder .. "/run.lua", PROGRAM:format(folder .. "/j.journal"))
    return few_files.said_by(limit, ("script/lua %s/run.lua"):format(folder))
  end

  it("gets one line from the command line about it, whichever file cannot be opened first", function()
    files.write(folder .. "/in.csv", "\255\254" .. ("coc_number,wallet,legal_name\n1,w,A\n"):gsub(".", "%0\0"))
    local command = ("env CREDENCO_BASE_URL=https://issuer.example CREDENCO_API_KEY=k %s bin/credenco run "
      .. "spec/pipeline/company.lua %s/in.csv --journal %s/j.journal"):format(uv.exepath(), folder, folder)
    for limit = 6, 14 do
      local said = few_files.said_by(limit, command)
      assert.matches("ulimit %-n", said)
      assert.is_nil(said:find("traceback", 1, true), said)
      assert.matches("^[^\n]*\n$", said)
    end
  end)

  it("learns how many a run needs, before anything is sent", function()
    for _, limit in ipairs { 20, 24 } do
      assert.matches("may open " .. limit .. " files at a time, and a run needs %d+ or more: .-ulimit %-n %d+ ", run(limit))
    end
  end)

  it("has fewer requests in flight if there is no room for more", function()
    local said = run(60)
    assert.matches("%d+ requests in flight instead of 64", said)
    assert.matches("2 issued", said)
  end)

  it("has as many as were asked for if there is room", function()
    assert.equal("2 issued\n", run(256))
  end)
end)
