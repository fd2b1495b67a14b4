--- What a person decides about records that are at an end, written down: one of the events that
--- `credenco.journal.transitions` leaves to a person.

local transitions = require "credenco.journal.transitions"

local M = {}

-- A line without a key, by where it stands: in the file that is meant, or, where no reading knows that, in one that was
-- named in the same way.
local LINE = [[key = '' AND line = CAST(:line AS INTEGER) AND run IN
  (SELECT id FROM credenco_run named WHERE named.workflow = :workflow AND (place IN (:file, :place)
    OR source = :file AND NOT EXISTS (SELECT 1 FROM credenco_run meant
      WHERE meant.workflow = :workflow AND meant.place IN (:file, :place))))]]

--- Which records: one, all of a cause, or all that a decision can be about; or a line without a key.
---@class credenco.journal.Which
---@field key? string
---@field code? string
---@field file? string with `line`
---@field place? string where that file really is, from here
---@field line? integer

---@param which credenco.journal.Which
---@return string condition
function M.condition(which)
  if which.line then return LINE end
  if which.key then return "key = :key" end
  if which.code then return "code = :code" end
  return "true"
end

--- What a statement with that condition is given.
---@param workflow string
---@param which credenco.journal.Which
---@return table<string, any>
function M.values(workflow, which)
  return { workflow = workflow, key = which.key, code = which.code, file = which.file, place = which.place,
    line = which.line }
end

--- An event that leads to several states has a row for each: their conditions exclude one another.
---@param db credenco.journal.Database
---@param event string
---@param workflow string
---@param which credenco.journal.Which
---@param steps? integer how many the workflow has, where that matters
---@return integer? changed
---@return string? err
function M.carry_out(db, event, workflow, which, steps)
  local values = M.values(workflow, which)
  values.steps = steps
  local changed = 0
  local ok, err = db:transaction(function()
    for _, row in ipairs(transitions.of(event)) do
      local sql = transitions.update(row):gsub("{which}", M.condition(which))
      local count, change_err = db:change_named(sql, values)
      if not count then return nil, change_err end
      changed = changed + count
    end
    return true
  end)
  if not ok then return nil, err end
  return changed
end

return M
