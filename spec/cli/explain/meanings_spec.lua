-- Every state that a record or an issue can have is explained.
local api = require "credenco.client.api"
local meanings = require "credenco.cli.explain.meanings"
local states = require "credenco.journal.states"
local ways = require "credenco.cli.explain.ways"

describe("the meaning of a state", function()
  it("is there for each state of a record, and no other", function()
    local wanted = {}
    for state in pairs(states.OPEN) do wanted[state] = true end
    for _, state in ipairs(states.ENDS) do wanted[state] = true end
    for state in pairs(meanings.RECORD) do
      assert.is_true(wanted[state], state)
      wanted[state] = nil
    end
    assert.same({}, wanted)
  end)

  it("is there for each final status of an issue; any other is not finished", function()
    local other = meanings.issue "something new"
    assert.matches("not finished", other)
    for status in pairs(api.FINAL) do assert.not_equal(other, meanings.issue(status)) end
  end)

  it("follows from the table of final statuses, and so does the advice", function()
    api.FINAL.issue_expired = "failed"
    finally(function() api.FINAL.issue_expired = nil end)
    assert.equal(meanings.issue "error", meanings.issue "issue_expired")
    assert.same(ways.of_issue("1", "error"), ways.of_issue("1", "issue_expired"))
  end)
end)
