-- Many records that wait in a journal which only runs have used. Nothing is sent here: what fits is not accepted.
local credenco = require "credenco"
local database = require "credenco.journal.database"
local files = require "spec.support.files"
local pipeline = require "credenco.pipeline"
local retry = require "credenco.journal.retry"
local workflow = require "credenco.workflow"

local RECORDS = 1000

describe("a run that tries many records again", function()
  local folder, client

  before_each(function()
    folder = files.temporary_folder()
    client = credenco.new { base_url = "http://127.0.0.1:1", api_key = "none" }
  end)
  after_each(function()
    client:close()
    files.remove_folder(folder)
  end)

  local function run(accepts)
    local records = {}
    for i = 1, RECORDS do records[i] = { id = tostring(i), wallet = "w" } end
    return assert(pipeline.run {
      workflow = workflow.new { name = "many", key = "id", wallet_key = "wallet", template_id = "ebw_oid",
        claims = function() return nil, "not this one" end,
        accept = function() return accepts end },
      source = records, client = client, journal = folder .. "/journal", keep_going = true, new_journal = true,
    })
  end

  it("does not read the whole journal for each batch of them", function()
    assert.equal(RECORDS, run(true).totals.failed)
    local db = assert(database.open(folder .. "/journal"))
    assert.is_false(db.dialect.has_object(db, "credenco_record_open"))
    assert.equal(RECORDS, retry.open_again(db, "many", { state = "failed" }))
    db:close()
    assert.equal(RECORDS, run(false).totals.skipped)
    db = assert(database.open(folder .. "/journal"))
    assert.is_true(db.dialect.has_object(db, "credenco_record_open"))
    db:close()
  end)
end)
