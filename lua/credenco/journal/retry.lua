--- Opening records again that are at an end, because a person decided so.

local decision = require "credenco.journal.decision"

local M = {}

--- Opens records again.
---@param db credenco.journal.Database
---@param workflow string
---@param which { state: "failed"|"unknown", code?: string, key?: string }
---@return integer? opened
---@return string? err
function M.open_again(db, workflow, which)
  return decision.carry_out(db, "retry_" .. which.state, workflow, which)
end

-- Its line is erased, so the journal has to forget it for its line to be taken up. A record whose first steps were
-- issued stays: they would be issued again.
local FORGET_SKIPPED = [[
DELETE FROM credenco_record WHERE workflow = :workflow AND state = 'skipped' AND copy = '' AND step = 1 AND ]]

--- Forgets records that were skipped, so that the next reading of their lines takes them for new ones.
---@param db credenco.journal.Database
---@param workflow string
---@param which credenco.journal.Which
---@return integer? forgotten
---@return string? err
function M.forget_skipped(db, workflow, which)
  return db:change_named(FORGET_SKIPPED .. decision.condition(which), decision.values(workflow, which))
end

local FORGET_LINES = [[
DELETE FROM credenco_record WHERE workflow = :workflow AND key = '' AND state = :state AND ]]

--- Forgets lines without a key, so that the next reading takes them for new ones: they may have one by then.
---@param db credenco.journal.Database
---@param workflow string
---@param state "failed"|"skipped"
---@param which credenco.journal.Which
---@return integer? forgotten
---@return string? err
function M.forget_lines(db, workflow, state, which)
  local values = decision.values(workflow, which)
  values.state = state
  return db:change_named(FORGET_LINES .. decision.condition(which), values)
end

local FORGET = [[
DELETE FROM credenco_record
WHERE workflow = ? AND key = '' AND state = 'failed' AND input IS NOT NULL AND run = ? AND line <= ?]]

--- Takes lines without a key out of the journal, all or none: they are in a file now, and no later run could match
--- them. What a run at work has added since stays.
---@param db credenco.journal.Database
---@param workflow string
---@param last_lines table<integer, integer> of each run the last line without a key that was written to the file
---@return integer? removed
---@return string? err
function M.forget_broken(db, workflow, last_lines)
  local removed = 0
  local ok, err = db:transaction(function()
    for run, line in pairs(last_lines) do
      local count, change_err = db:change(FORGET, workflow, run, line)
      if not count then return nil, change_err end
      removed = removed + count
    end
    return true
  end)
  if not ok then return nil, err end
  return removed
end

return M
