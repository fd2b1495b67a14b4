--- One look for open records serves all workers of a workflow that never had one. Each of them would otherwise read the
--- whole index for it, with a connection that has read nothing of it before. A worker that finds nothing open notes
--- when it looked. A worker that had joined before ends as if it had looked then.

local meta = require "credenco.journal.meta"

local M = {}

local function name_of(workflow) return "drained " .. workflow end

--- Notes that a worker's look found nothing open.
---@param db credenco.journal.Database
---@param scope { workflow: string, joined_at: number }
---@param looked_at string see `credenco.journal.workers.open_elsewhere`
---@return boolean? first false if another worker has noted a look after this one joined
---@return string? err
function M.note(db, scope, looked_at)
  local changed, err = meta.set_unless_above(db, name_of(scope.workflow), looked_at, scope.joined_at)
  if not changed then return nil, err end
  return changed > 0
end

--- Whether a look after a worker joined found nothing open.
---@param db credenco.journal.Database
---@param scope { workflow: string, joined_at: number }
---@return boolean?
---@return string? err
function M.since(db, scope)
  local value, err = meta.value(db, name_of(scope.workflow))
  if value == nil then return nil, err end
  return value ~= false and tonumber(value) > scope.joined_at
end

return M
