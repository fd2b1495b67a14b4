-- The credentials of a record that is explained: those that the journal has noted, and those that were asked for.
local bench_of_one = require "spec.pipeline.bench_of_one"
local claims = require "credenco.claims"
local found = require "credenco.cli.explain.found"

describe("a record that is explained", function()
  local bench
  before_each(function() bench = bench_of_one.new() end)
  after_each(function() bench:close() end)

  local function steps_of_record()
    local steps = {}
    for i, credential in ipairs(bench:ask(function(db) return assert(found.find(db, "1", 100)) end)[1].credentials) do
      steps[i] = credential.step
    end
    return steps
  end

  it("has each of its credentials once, and none of a step that is still to come", function()
    local map = claims.map { id = "id" }
    assert(bench:run(bench_of_one.records(1), { workflow = { steps = {
      { template_id = "a", claims = map }, { template_id = "b", claims = map } } } }))
    local function change(sql) bench:ask(function(db) return assert(db:execute(sql)) end) end
    assert.same({ 1, 2 }, steps_of_record())
    change "DELETE FROM credenco_credential WHERE step = 2"
    assert.same({ 1, 2 }, steps_of_record())
    change "UPDATE credenco_record SET state = 'pending'"
    assert.same({ 1 }, steps_of_record())
  end)
end)
