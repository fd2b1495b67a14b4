--- What a run has done so far, in numbers. The journal has the last word; these are for the progress line, for
--- --max-failures and for hooks.

local M = {}

---@class credenco.pipeline.Counts
---@field read integer lines or rows read from the source
---@field known integer of those, met before: in the journal already
---@field corrected integer of those, lines that correct records which had failed
---@field duplicates integer of those, lines that repeat another line's key
---@field issued integer
---@field failed integer
---@field unknown integer
---@field skipped integer
---@field waiting integer of the known ones, those that were open and are taken up once the source is read
---@field resumed integer taken up from the journal; their lines, when they are read again, are known
---@field open integer left as they are because the run stopped
---@field unheard integer times that the workflow's `on_issued` or `on_failed` failed
local Counts = {}
Counts.__index = Counts

---@return credenco.pipeline.Counts
function M.new()
  return setmetatable({ read = 0, known = 0, corrected = 0, duplicates = 0, waiting = 0,
    issued = 0, failed = 0, unknown = 0, skipped = 0, unheard = 0, open = 0, resumed = 0 }, Counts)
end

---@param state "issued"|"failed"|"unknown"|"skipped"
function Counts:finished(state)
  self[state] = self[state] + 1
end

function Counts:left_open()
  self.open = self.open + 1
end

---@return integer
function Counts:done()
  return self.issued + self.failed + self.unknown + self.skipped
end

return M
