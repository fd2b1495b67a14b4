--- Which templates the steps of a workflow had when its records were begun. A record knows its step by number: were
--- steps swapped while it is between two of them, one would be issued twice and the other never.

local cjson = require("cjson").new() -- with settings of its own

local M = {}

local KEPT = "SELECT value FROM credenco_meta WHERE name = ?"
local KEEP = [[
INSERT INTO credenco_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value]]

-- Records for which it matters what a step was: it is done, or its offer may have been pushed.
local CONCERNED = [[
SELECT COUNT(*) FROM credenco_record WHERE workflow = ? AND copy = ''
  AND (step > ? AND state NOT IN ('issued', 'skipped') OR step = ? AND state IN ('offered', 'pushed'))]]

--- What stands for a template that each record has its own.
M.BY_RECORD = "(by record)"

local function name_of(workflow_name)
  return "steps of " .. workflow_name
end

local function templates_of(workflow)
  local templates = {}
  for i, step in ipairs(workflow.steps) do
    templates[i] = type(step.template_id) == "string" and step.template_id or M.BY_RECORD
  end
  return templates
end

-- The first step that is another one now; nil where steps were only added.
local function first_change(before, now)
  for i, template in ipairs(before) do
    if now[i] ~= template then return i end
  end
end

local function refusal(step, before, now, count)
  return ("its records were begun with other steps: step %d was %s and is %s now, and %d of them %s at it or behind "
    .. "it without being at an end. Finish with the workflow as it was, or use another journal; nothing was sent")
    :format(step, before[step], now[step] or "missing", count, count == 1 and "is" or "are")
end

local function compare(db, workflow, before, now)
  local step = first_change(before, now)
  if not step then return true end
  local row, err = db:row(CONCERNED, workflow.name, step, step)
  if not row then return nil, err end
  if row[1] == 0 then return true end
  return nil, refusal(step, before, now, row[1])
end

--- The templates of a workflow's steps, in their order; none where no run has begun yet.
---@param db credenco.journal.Database
---@param workflow_name string
---@return string[]? templates
---@return string? err
function M.templates(db, workflow_name)
  local row, err = db:row(KEPT, name_of(workflow_name))
  if err then return nil, err end
  return row and cjson.decode(row[1]) or {}
end

--- Keeps what the steps are, and refuses others as long as a record is between them.
---@param db credenco.journal.Database
---@param workflow credenco.Workflow
---@return boolean? ok
---@return string? err
function M.keep(db, workflow)
  local now = templates_of(workflow)
  return db:transaction(function()
    local before, err = M.templates(db, workflow.name)
    if not before then return nil, err end
    local fits, why = compare(db, workflow, before, now)
    if not fits then return nil, why end
    return db:execute(KEEP, name_of(workflow.name), cjson.encode(now))
  end)
end

return M
