--- The counts of a run so far, for the progress line, for --max-failures and for hooks. The journal's numbers decide in
--- the end.

local alike = require "credenco.pipeline.alike"

local M = {}

--- The reason why a record ended.
---@class credenco.pipeline.Reason
---@field code string
---@field step string the stage: source, prepare, create_offer, push_offer, issue_status
---@field message? string
---@field http_status? integer

--- The records of a run so far.
---@class credenco.pipeline.Counts
---@field read integer lines or rows read from the source
---@field known integer lines whose records were in the journal already (`read` includes them)
---@field corrected integer lines that correct failed records (`known` includes them)
---@field duplicates integer lines that repeat another line's key (`read` includes them)
---@field issued integer records that were issued
---@field failed integer records and lines that failed
---@field unknown integer records whose outcome is unknown
---@field skipped integer records that were left out, duplicates among them
---@field waiting integer open records that the run continues after it has read the source (`known` includes them)
---@field resumed integer records that the run continued from the journal; if their lines are read again, they are known
---@field open integer records that stay unchanged because the run stopped
---@field alike credenco.pipeline.Alike whether the first ones failed in the same way
---@field hook_failures integer how often the workflow's `on_issued` or `on_failed` failed
local Counts = {}
Counts.__index = Counts

---@return credenco.pipeline.Counts
function M.new()
  return setmetatable({ read = 0, known = 0, corrected = 0, duplicates = 0, waiting = 0,
    issued = 0, failed = 0, unknown = 0, skipped = 0, hook_failures = 0,
    open = 0, resumed = 0, alike = alike.new() }, Counts)
end

---@param state "issued"|"failed"|"unknown"|"skipped"
---@param record { is_first: boolean? }
---@param reason? credenco.pipeline.Reason
function Counts:finished(state, record, reason)
  self[state] = self[state] + 1
  if record.is_first then self.alike:ended(state, reason) end
end

--- A record stays open because the run stopped.
function Counts:left_open()
  self.open = self.open + 1
end

---@return integer
function Counts:done()
  return self.issued + self.failed + self.unknown + self.skipped
end

return M
