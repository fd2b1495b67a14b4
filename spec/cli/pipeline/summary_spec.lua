-- How a run ended, as the exit code of the command.
local summary = require "credenco.cli.pipeline.summary"

describe("the exit code of a run", function()
  -- why it stopped, records that failed, records whose outcome is unknown -> exit code
  local CASES = {
    { nil, 0, 0, 0 }, { nil, 1, 0, 4 }, { nil, 0, 1, 5 }, { nil, 2, 1, 5 },
    { "interrupted", 1, 1, 130 }, { "failures", 1, 0, 8 }, { "alike", 1, 0, 8 }, { "refused", 0, 0, 3 },
    { "outage", 0, 1, 7 }, { "journal", 0, 1, 9 }, { "source", 1, 0, 1 },
  }
  for _, case in ipairs(CASES) do
    it(("is %d: stopped: %s, %d failed, %d unknown"):format(case[4], tostring(case[1]), case[2], case[3]), function()
      assert.equal(case[4], summary.exit_code { stopped = case[1], totals = { failed = case[2], unknown = case[3] } })
    end)
  end
end)
