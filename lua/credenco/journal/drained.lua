--- One look for open records serves all workers of a workflow that never had one. Each of them would otherwise read the
--- whole index for it, with a connection that has read nothing of it before. A worker that finds nothing open notes
--- when it looked. A worker that had joined before ends as if it had looked then. The note that a worker found when it
--- joined never ends it: the database's clock may have been set back since then.

local meta = require "credenco.journal.meta"

local M = {}

local function name_of(workflow) return "drained " .. workflow end

--- The last note, which a worker reads when it joins.
---@param db credenco.journal.Database
---@param workflow string
---@return string|false|nil drained_at false if there is none
---@return string? err
function M.last(db, workflow)
  return meta.value(db, name_of(workflow))
end

--- Notes that a worker's look found nothing open.
---@param db credenco.journal.Database
---@param scope { workflow: string, drained_at: string|false }
---@param looked_at string see `credenco.journal.workers.open_elsewhere`
---@return boolean? first false if another worker has made a note after this one joined
---@return string? err
function M.note(db, scope, looked_at)
  local changed, err = meta.set_if(db, name_of(scope.workflow), looked_at, scope.drained_at)
  if not changed then return nil, err end
  return changed > 0
end

--- Whether a look after a worker joined found nothing open.
---@param db credenco.journal.Database
---@param scope { workflow: string, joined_at: number, drained_at: string|false }
---@return boolean?
---@return string? err
function M.since(db, scope)
  local last, err = M.last(db, scope.workflow)
  if last == nil then return nil, err end
  return last ~= scope.drained_at and tonumber(last) > scope.joined_at
end

return M
