--- Writes a person's decision about finished records: one of the events of `credenco.journal.transitions` that a person
--- causes.

local transitions = require "credenco.journal.transitions"

local M = {}

-- A line without a key, by its place: in the file that the user named or, if no run has read that file, in a file that a
-- run read under the same name.
local LINE = [[key = '' AND line = CAST(:line AS INTEGER) AND run IN
  (SELECT id FROM credenco_run named WHERE named.workflow = :workflow AND (place IN (:file, :place)
    OR source = :file AND NOT EXISTS (SELECT 1 FROM credenco_run meant
      WHERE meant.workflow = :workflow AND meant.place IN (:file, :place))))]]

--- The selected records: one, all with a cause, all that the decision applies to, or a line without a key.
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

--- The parameters of a statement with that condition.
---@param workflow string
---@param which credenco.journal.Which
---@return table<string, any>
function M.values(workflow, which)
  return { workflow = workflow, key = which.key, code = which.code, file = which.file, place = which.place,
    line = which.line }
end

--- An event that leads to several states has a row for each. Their conditions exclude one another.
---@param db credenco.journal.Database
---@param event string
---@param workflow string
---@param which credenco.journal.Which
---@param steps? integer the number of steps of the workflow, if it matters
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
