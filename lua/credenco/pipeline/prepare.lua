--- Prepares a record's step for its first request: lets the workflow compute template, wallet, delivery and claims, and
--- checks them.

local core = require "credenco.core"
local hooks = require "credenco.pipeline.hooks"
local json = require "credenco.base.json"
local kind = require "credenco.claims.kind"
local options = require "credenco.base.options"
local utf8_text = require "credenco.base.utf8_text"
local workflow_check = require "credenco.workflow.check"

local M = {}

local MAX_PROBLEMS = 20

--- Claim problems as one line.
---@param problems credenco.claims.Problem[]
---@return string
function M.describe(problems)
  local parts = {}
  for i, problem in ipairs(problems) do
    if i > MAX_PROBLEMS then
      parts[i] = ("and %d more"):format(#problems - MAX_PROBLEMS)
      break
    end
    local from = problem.column and (' (column "%s")'):format(problem.column) or ""
    local why = problem.refused and "refused: " .. problem.refused or ("expected %s"):format(problem.fits)
    parts[i] = ("%s%s: %s, %s"):format(problem.path, from, problem.kind, why)
  end
  return table.concat(parts, "; ")
end

local function refuse(job, code, message)
  job.reason = { code = code, step = "prepare", message = message }
  return "failed"
end

--- A value of a record as the text of a key.
---@param value any
---@return string?
---@return string? fits a description of a valid value, if it is not obvious
function M.as_text(value)
  if type(value) == "number" and value % 1 == 0 then
    -- larger numbers would give two records the same key
    if math.abs(value) < core.MAX_INTEGER then return ("%.0f"):format(value + 0) end -- -0 is 0
    return nil, "text: a number beyond 2^53 is not held exactly"
  end
  if type(value) ~= "string" then return nil end
  value = utf8_text.bare(value)
  return value ~= "" and value or nil
end

-- The text that a field needs instead, if it does not take this one.
local function flaw_of(name, text)
  local code, at = utf8_text.unseen(text)
  if code then return ("text without the invisible or unusual character %s (character %d)"):format(code, at) end
  local flaw = options.identifier(text) or name == "wallet_key" and options.wallet_key(text)
  return flaw and "text that " .. flaw or nil
end

local PLAIN_BYTES = 255

-- Most keys are plain text, which is valid for every field.
local function is_plain(value)
  return core.plain_text(value) and #value <= PLAIN_BYTES
end

--- A value of a record as a key, or the problem.
---@param name string of the workflow's field
---@param field credenco.workflow.Column|function|string the field's value
---@param value any
---@return string? text
---@return credenco.claims.Problem? problem
function M.identifier(name, field, value)
  if is_plain(value) and (name ~= "wallet_key" or core.wallet_key_valid(value)) then return value end
  local text, fits = M.as_text(value)
  local flaw = text and flaw_of(name, text)
  if text and not flaw then return text end
  return nil, { path = name, column = type(field) == "table" and field.column or nil, kind = kind.of(value),
    fits = flaw or fits or "text of 1 to 255 bytes" }
end

-- The number of values that a function returned: none means a forgotten `return`.
local function counted(ok, ...)
  return ok, select("#", ...), ...
end

local function accepted(run, job)
  local accept = run.workflow.accept
  if not accept then return true end
  local ok, count, wanted, why = counted(hooks.call(accept, job.record, run.client))
  if not ok then return refuse(job, "hook_failed", "accept failed at " .. wanted) end
  if count == 0 then return refuse(job, "hook_failed", "accept returned nothing: no true, no false and a reason") end
  if wanted then return true end
  job.reason = { code = "not_accepted", step = "prepare", message = why and tostring(why) or "refused by accept" }
  return "skipped"
end

-- The value of a field for a record: a constant, which was checked with the workflow, a column, or the result of a
-- function.
local function value_of(job, name, field)
  if type(field) == "string" then return field end
  if type(field) == "table" then return job.record[field.column] end
  local ok, value = hooks.call(field, job.record)
  if not ok then return nil, refuse(job, "hook_failed", ("%s failed at %s"):format(name, value)) end
  return value
end

local function identifier(job, name, field)
  if type(field) == "string" then return field end
  local value, refused = value_of(job, name, field)
  if refused then return nil, refused end
  local text, problem = M.identifier(name, field, value)
  if text then return text end
  refused = refuse(job, "invalid_record", M.describe { problem })
  job.reason.problem = problem
  return nil, refused
end

local function addressed(run, job, step)
  local refused, delivery
  delivery, refused = value_of(job, "delivery", step.delivery)
  if refused then return refused end
  if not workflow_check.DELIVERIES[delivery] then
    return refuse(job, "invalid_record", "delivery: must be " .. workflow_check.A_DELIVERY)
  end
  local leaves_offer = workflow_check.leaves_offer(delivery)
  if leaves_offer and not run.workflow.on_issued then
    return refuse(job, "invalid_record", ("delivery: %q %s"):format(delivery, workflow_check.NEEDS_ON_ISSUED))
  end
  job.delivery = delivery
  job.template_id, refused = identifier(job, "template_id", step.template_id)
  if refused or leaves_offer then return refused end
  job.wallet_key, refused = identifier(job, "wallet_key", step.wallet_key)
  return refused
end

local function template_of(job, step)
  local template_id = identifier(job, "template_id", step.template_id)
  job.reason = nil
  return template_id
end

--- The template of a job's step; nil if it cannot be determined.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@return string?
function M.template(run, job)
  return template_of(job, run.workflow.steps[job.step])
end

local REPEATED = "template_id: the template of step %d again; a record may have each template only once"

-- Two steps with one template have one correlation id, so the status of one would be taken for the other's.
local function repeated(run, job)
  for i = 1, job.step - 1 do
    if template_of(job, run.workflow.steps[i]) == job.template_id then
      return refuse(job, "invalid_record", REPEATED:format(i))
    end
  end
end

local function list_problem(claims)
  return { path = "(claims)", kind = kind.of(claims), fits = "an object: claims have names" }
end

-- The result of the mapping or the workflow's function, which must be an object.
local function named(ok, claims, problems)
  if ok and type(claims) == "table" and json.is_array(claims) then return true, nil, { list_problem(claims) } end
  return ok, claims, problems
end

--- The claims of a record, or the problem.
---@param step credenco.workflow.Step
---@param record table
---@return boolean ok false if the workflow's function failed
---@return table|string|nil claims or, if it failed, the place
---@return credenco.claims.Problem[]|string|nil problems
function M.claims(step, record)
  local claims = step.claims
  if type(claims) == "table" then return true, claims:apply(record) end
  return named(hooks.call(claims, record))
end

local function mapped(job, step)
  local ok, claims, problems = M.claims(step, job.record)
  if not ok then return refuse(job, "hook_failed", "claims failed at " .. claims) end
  if type(claims) == "table" then
    job.claims = claims
    return nil
  end
  local why = type(problems) == "table" and M.describe(problems) or problems and tostring(problems)
  return refuse(job, "invalid_record", why or "the workflow's claims function returned no table")
end

local NO_RESULT = "before_issue returned a %s, instead of a table of claims, true, nothing, or false and a reason"

local function inspected(run, job, step)
  if not step.before_issue then return nil end
  local ok, said, why = hooks.call(step.before_issue, job.record, job.claims, run.client)
  if not ok then return refuse(job, "hook_failed", "before_issue failed at " .. said) end
  if type(said) == "table" then
    if json.is_array(said) then return refuse(job, "hook_failed", NO_RESULT:format "list") end
    job.claims = said
  elseif said == false then
    job.reason = { code = "not_accepted", step = "prepare",
      message = why and tostring(why) or "refused by before_issue" }
    return "skipped"
  elseif said ~= nil and said ~= true then
    return refuse(job, "hook_failed", NO_RESULT:format(type(said)))
  end
end

local function prepared(run, job)
  local step = run.workflow.steps[job.step]
  if not step then return refuse(job, "invalid_record", "the workflow has fewer steps than this record has done") end
  if job.state ~= "pending" then return addressed(run, job, step) end
  if job.step == 1 then
    local said = accepted(run, job)
    if said ~= true then return said end
  end
  return addressed(run, job, step) or repeated(run, job) or mapped(job, step) or inspected(run, job, step)
end

--- Prepares the job's step. Computes claims only if there is no offer yet.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@return "skipped"|"failed"|nil end with `job.reason`
function M.step(run, job)
  local ok, said = hooks.apart(prepared, run, job)
  if ok then return said end
  return refuse(job, "hook_failed", "a function of the workflow failed at " .. said)
end

return M
