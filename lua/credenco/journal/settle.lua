--- Stores a person's decision about records whose outcome the program cannot decide.

local decision = require "credenco.journal.decision"
local transitions = require "credenco.journal.transitions"

local M = {}

--- The state that a record must have.
---@param verdict "issued"|"failed"|"skipped"
---@return "unknown"|"failed"
function M.from(verdict)
  return transitions.of("settle_" .. verdict)[1].from[1]
end

--- Settles records.
---@param db credenco.journal.Database
---@param workflow string
---@param verdict "issued"|"failed"|"skipped"
---@param which credenco.journal.Which one record or line, or all of a cause
---@param steps integer the number of steps of the workflow
---@return integer? settled
---@return string? err
function M.settle(db, workflow, verdict, which, steps)
  return decision.carry_out(db, "settle_" .. verdict, workflow, which, steps)
end

return M
