--- Whether anything was ever sent for a workflow with this journal. If not, its records may have been issued with
--- another journal.

local meta = require "credenco.journal.meta"

local M = {}

local SENT = [[
SELECT 1 FROM credenco_record WHERE workflow = ? AND (state IN ('issued', 'offered', 'pushed', 'unknown')
  OR state = 'failed' AND stage NOT IN ('source', 'prepare')) LIMIT 1]]

local function name_of(workflow)
  return "begun: " .. workflow
end

---@param db credenco.journal.Database
---@param workflow string
---@return "known"|"sent"|false|nil begun "known": at the beginning, the issuer knew some of its records already
---@return string? err
function M.was(db, workflow)
  local noted, err = meta.value(db, name_of(workflow))
  if noted == nil then return nil, err end
  if noted then return noted == "known" and "known" or "sent" end
  local sent, sent_err = db:rows(SENT, workflow)
  if not sent then return nil, sent_err end
  return #sent > 0 and "sent"
end

--- Notes that records are sent from now on.
---@param db credenco.journal.Database
---@param workflow string
---@param begun "known"|"sent"
---@return boolean? ok
---@return string? err
function M.note(db, workflow, begun)
  return meta.set_first(db, name_of(workflow), begun)
end

return M
