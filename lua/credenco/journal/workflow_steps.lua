--- The templates of a workflow's steps when its records began. A record knows its step by number: if steps were swapped
--- while it is between them, one would be issued twice and the other never.

local cjson = require("cjson").new() -- with settings of its own
local meta = require "credenco.journal.meta"

local M = {}

-- Records for which the meaning of a step matters: it is done, or its offer may have been delivered. That includes
-- unknown outcomes.
local CONCERNED = [[
SELECT COUNT(*) FROM credenco_record WHERE workflow = ? AND copy = ''
  AND (step > ? AND state NOT IN ('issued', 'skipped') OR step = ? AND state IN ('offered', 'pushed', 'unknown'))]]

-- A working worker has its steps in memory, and records that the journal does not have yet.
local OTHERS = "SELECT COUNT(*) FROM credenco_worker WHERE workflow = ? AND owner <> ?"

--- Stands for a template or a delivery that each record chooses.
M.BY_RECORD = "(by record)"

local function name_of(workflow_name)
  return "steps of " .. workflow_name
end

local function deliveries_name_of(workflow_name)
  return "deliveries of " .. workflow_name
end

local function changed_name_of(workflow_name)
  return "first changed step of " .. workflow_name
end

-- A list that was stored; empty if none was.
local function list(db, name)
  local value, err = meta.value(db, name)
  if value == nil then return nil, err end
  return value and cjson.decode(value) or {}
end

-- A field of each step; a function decides for each record.
local function of_steps(workflow, field)
  local values = {}
  for i, step in ipairs(workflow.steps) do
    values[i] = type(step[field]) == "string" and step[field] or M.BY_RECORD
  end
  return values
end

-- The first step that has changed; nil if steps were only added.
local function first_change(before, now)
  for i, template in ipairs(before) do
    if now[i] ~= template then return i end
  end
end

local function refusal(step, before, now, count)
  return ("the steps of its workflow have changed: step %d was %s and is now %s, and %d %s already begun it. Finish "
    .. "them with the workflow as it was (use `credenco settle` for unknown ones), or use another journal; nothing was "
    .. "sent"):format(step, before[step], now[step] or "missing", count,
    count == 1 and "record that has not ended has" or "records that have not ended have")
end

local function alone(db, scope)
  local row, err = db:row(OTHERS, scope.workflow, scope.owner)
  if not row then return nil, err end
  if row[1] == 0 then return true end
  return nil, "another worker uses it with other steps of the workflow: wait until it has ended; nothing was sent"
end

local function concerns_nobody(db, step, before, now, workflow_name)
  local last_kept = now[step] and step or step - 1 -- a removed step cannot be continued either
  local row, err = db:row(CONCERNED, workflow_name, last_kept, step)
  if not row then return nil, err end
  if row[1] == 0 then return true end
  return nil, refusal(step, before, now, row[1])
end

local function first_changed(db, workflow_name)
  local step, err = meta.value(db, changed_name_of(workflow_name))
  if step == nil then return nil, err end
  return step and tonumber(step) or math.huge
end

local function replace(db, step, before, now, workflow_name)
  local ok, err = concerns_nobody(db, step, before, now, workflow_name)
  if not ok then return nil, err end
  local earlier, earlier_err = first_changed(db, workflow_name)
  if not earlier then return nil, earlier_err end
  return meta.set(db, changed_name_of(workflow_name), ("%d"):format(math.min(earlier, step)))
end

-- Whether a worker with these steps may begin.
local function admitted(db, scope, before, now)
  if #before == 0 or cjson.encode(before) == cjson.encode(now) then return true end
  local ok, err = alone(db, scope)
  if not ok then return nil, err end
  local step = first_change(before, now)
  if not step then return true end
  return replace(db, step, before, now, scope.workflow)
end

--- The delivery of each step, from the last run; empty if no run has begun yet.
---@param db credenco.journal.Database
---@param workflow_name string
---@return string[]? deliveries
---@return string? err
function M.deliveries(db, workflow_name)
  return list(db, deliveries_name_of(workflow_name))
end

--- The templates of a workflow's steps, in their order; empty if no run has begun yet.
---@param db credenco.journal.Database
---@param workflow_name string
---@return string[]? templates
---@return string? err
function M.templates(db, workflow_name)
  return list(db, name_of(workflow_name))
end

--- The templates that every record of a workflow had: those of the steps before the first one that ever changed.
---@param db credenco.journal.Database
---@param workflow_name string
---@return string[]? templates
---@return string? err
function M.lasting_templates(db, workflow_name)
  local templates, err = M.templates(db, workflow_name)
  if not templates then return nil, err end
  local changed, changed_err = first_changed(db, workflow_name)
  if not changed then return nil, changed_err end
  for step = #templates, 1, -1 do
    if step >= changed then templates[step] = nil end
  end
  return templates
end

--- Stores the steps, inside the transaction in which a worker joins. Refuses changed steps while a record is between
--- them, or while a worker with the old ones works.
---@param db credenco.journal.Database
---@param scope { workflow: string, owner: string }
---@param workflow credenco.Workflow
---@return boolean? ok
---@return string? err
function M.keep(db, scope, workflow)
  -- two workers that begin together would both find nothing stored
  local locked, lock_err = db.dialect.lock(db, name_of(scope.workflow))
  if not locked then return nil, lock_err end
  local before, err = M.templates(db, scope.workflow)
  if not before then return nil, err end
  local now = of_steps(workflow, "template_id")
  local ok, why = admitted(db, scope, before, now)
  if not ok then return nil, why end
  local kept, keep_err = meta.set(db, name_of(scope.workflow), cjson.encode(now))
  if not kept then return nil, keep_err end
  return meta.set(db, deliveries_name_of(scope.workflow), cjson.encode(of_steps(workflow, "delivery")))
end

return M
