--- Opens finished records again, because a person decided so.

local decision = require "credenco.journal.decision"

local M = {}

--- Opens records again.
---@param db credenco.journal.Database
---@param workflow string
---@param which { state: "failed"|"unknown"|"skipped", code?: string, key?: string } skipped: those after their first step
---@return integer? opened
---@return string? err
function M.open_again(db, workflow, which)
  return decision.carry_out(db, "retry_" .. which.state, workflow, which)
end

-- The record's line is erased, so the journal has to forget the record before its line can be read as new. A record
-- whose first steps were issued stays: they would be issued again. `open_again` opens it.
local FORGET_SKIPPED = [[
DELETE FROM credenco_record WHERE workflow = :workflow AND state = 'skipped' AND copy = '' AND step = 1 AND ]]

--- Forgets skipped records, so that the next run reads their lines as new.
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

--- Forgets lines without a key, so that the next run reads them as new. By then they may have a key.
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

--- Removes lines without a key from the journal, all or none: they are now in a file, and no later run could match
--- them. Lines that a run has added since stay.
---@param db credenco.journal.Database
---@param workflow string
---@param last_lines table<integer, integer> the last line without a key of each run that was written to the file
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
