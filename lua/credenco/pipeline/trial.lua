--- Tries a workflow on a source without sending anything: reads every line, computes its key, wallet and claims, and
--- collects the problems.

local claims_columns = require "credenco.claims.columns"
local first_lines = require "credenco.pipeline.first_lines"
local hooks = require "credenco.pipeline.hooks"
local json = require "credenco.base.json"
local prepare = require "credenco.pipeline.prepare"
local sorted_keys = require "credenco.base.sorted_keys"
local suspicious = require "credenco.pipeline.suspicious"

local M = {}

local MAX_LISTED = 1000
local WATCHED = 100

--- The findings.
---@class credenco.pipeline.CheckReport
---@field lines integer
---@field good integer lines that would be issued
---@field refused integer lines with problems
---@field skipped integer lines that `accept` or `before_issue` skips
---@field duplicates integer lines that repeat the key of an earlier one, which a run leaves out
---@field untried? boolean `accept` or `before_issue` used the client, which a check does not have
---@field problems { line: integer, step?: integer, path: string, column?: string, found: string, fits?: string, refused?: string }[] the first ones
---@field more integer number of further problems
---@field warnings { line: integer, column?: string, what: string }[] the first values that are valid and probably a mistake
---@field more_warnings integer number of further warnings
---@field unknown_columns string[] that the workflow uses and the source does not have
---@field hopeless boolean one of these is a column that every line needs
---@field unused_columns string[] that the source has and the workflow does not use
---@field repeated_columns { column: string, times: integer }[] several times in the header, and not read as a list
---@field first? { line: integer, key: string, wallet_key?: string, template_id: string, claims: table, next_steps?: table[] }

local function blank()
  return { lines = 0, good = 0, refused = 0, skipped = 0, duplicates = 0, problems = {}, more = 0,
    warnings = {}, more_warnings = 0 }
end

-- Several steps of a workflow may have a claim of the same name.
local function add(report, line, problem, step)
  if #report.problems >= MAX_LISTED then
    report.more = report.more + 1
    return
  end
  report.problems[#report.problems + 1] = { line = line, step = step, path = problem.path, column = problem.column,
    found = problem.kind, fits = problem.fits, refused = problem.refused }
end

local function warn(report, item, key, format)
  for _, found in ipairs(suspicious.of(item, key, format)) do
    if #report.warnings < MAX_LISTED then
      found.line = item.line
      report.warnings[#report.warnings + 1] = found
    else
      report.more_warnings = report.more_warnings + 1
    end
  end
end

local function column_of(field)
  return type(field) == "table" and field.column or nil
end

local function key_of(workflow, record)
  local ok, value = hooks.call(workflow.key, record)
  if ok then return prepare.identifier("(key)", workflow.key, value) end
  return nil, { path = "(key)", kind = "a function that failed at " .. value, fits = "text of 1 to 255 bytes" }
end

-- All problems of one step. A run stops at the first kind.
local function step_problems(step, record)
  local ok, claims, problems = prepare.claims(step, record)
  if not ok then return { { path = "(claims)", kind = "a function that failed at " .. claims, fits = "claims" } } end
  if type(claims) == "table" then return {}, claims end
  if type(problems) == "table" then return problems end
  return { { path = "(claims)", kind = "no claims", refused = problems and tostring(problems),
    fits = not problems and "a table" or nil } }
end

-- The list may be one of the workflow's own.
local function with(problems, one_more)
  local all = {}
  for i, problem in ipairs(problems) do all[i] = problem end
  all[#all + 1] = one_more
  return all
end

-- The client would refuse a value that JSON cannot hold.
local function unsendable(claims)
  local _, flaw, path = json.encode(claims)
  return flaw and { { path = "claims" .. (path or ""), kind = flaw, fits = "a value that JSON can hold" } } or {}
end

-- A client that only notices its use.
local function no_client()
  local asked = {}
  return setmetatable({}, { __index = function()
    asked[1] = true
    error "a check has no client"
  end }), asked
end

local function without_hooks(workflow)
  local steps = {}
  for i, step in ipairs(workflow.steps) do steps[i] = setmetatable({ before_issue = false }, { __index = step }) end
  return { accept = false, steps = steps, on_issued = workflow.on_issued }
end

-- Nothing is sent here, so a hook that uses the client cannot be tried and is skipped.
local function prepared(report, workflow, job)
  local client, asked = no_client()
  local said = prepare.step({ workflow = workflow, client = client }, job)
  if said ~= "failed" or job.reason.code ~= "hook_failed" or not asked[1] then return said end
  report.untried = true
  return prepare.step({ workflow = without_hooks(workflow) }, job)
end

local function try_step(report, workflow, index, record)
  local step = workflow.steps[index]
  local job = { record = record, step = index, state = "pending" }
  local problems, claims = step_problems(step, record)
  local said = prepared(report, workflow, job)
  if said == "skipped" then return {}, nil, "skipped" end
  if said == "failed" and (#problems == 0 or job.reason.problem) then
    problems = with(problems, job.reason.problem
      or { path = "(record)", kind = job.reason.message, fits = "a record that the workflow can use" })
  end
  job.claims = job.claims or claims
  if #problems == 0 then problems = unsendable(job.claims) end
  return problems, job
end

-- Whether an earlier line had the key. A run leaves such a line out, even if one of the two has problems.
local function repeats(report, workflow, item, key, firsts)
  local first, err = firsts:add(key, item.line)
  if not first then
    report.failure = err
    return false
  end
  report.duplicates = report.duplicates + 1
  add(report, item.line, { path = "(key)", column = column_of(workflow.key),
    kind = ("the key of line %d again"):format(first), fits = "a key of its own" })
  return true
end

local function sendable(job)
  return { wallet_key = job.wallet_key, template_id = job.template_id, delivery = job.delivery, claims = job.claims }
end

-- The first record without any problem.
local function first_of(item, key, jobs)
  local first = sendable(jobs[1])
  first.line, first.key = item.line, key
  for i = 2, #jobs do
    first.next_steps = first.next_steps or json.array()
    first.next_steps[i - 1] = sendable(jobs[i])
  end
  return first
end

local function try_record(report, workflow, item, record, firsts, format)
  local key, key_problem = key_of(workflow, record)
  if format then warn(report, item, key, format) end
  if key and firsts and repeats(report, workflow, item, key, firsts) then return end
  local all, jobs = { key_problem and { what = key_problem } }, {}
  for index in ipairs(workflow.steps) do
    local problems, job, skipped = try_step(report, workflow, index, record)
    if skipped then
      report.skipped = report.skipped + 1
      return
    end
    jobs[index] = job
    local step = #workflow.steps > 1 and index or nil
    for _, problem in ipairs(problems) do all[#all + 1] = { what = problem, step = step } end
  end
  for _, problem in ipairs(all) do add(report, item.line, problem.what, problem.step) end
  if #all == 0 then
    report.good = report.good + 1
    report.first = report.first or first_of(item, key, jobs)
  else
    report.refused = report.refused + 1
  end
end

local function try_line(report, workflow, item, seen, firsts, format)
  report.lines = report.lines + 1
  if item.broken then
    report.refused = report.refused + 1
    return add(report, item.line, { path = "(line)", kind = item.broken, fits = "a line that can be read" })
  end
  -- The columns that functions read show only when they run. So the first records are tried, separately, because a
  -- function may return the record itself as the claims.
  if report.lines <= WATCHED then
    try_record(blank(), workflow, item, claims_columns.watched(item.record, seen))
  end
  try_record(report, workflow, item, item.record, firsts, format)
end

-- Each record may have other names.
local function add_names(names, record)
  for name in pairs(record) do
    if type(name) == "string" then names[name] = true end
  end
end

-- The value of such a column is a list, not text.
local function repeated(workflow, source, seen)
  local as_list, times, list = {}, source.times or {}, {}
  for _, mapping in ipairs(workflow.mappings) do claims_columns.lists(mapping.root, as_list) end
  for _, name in ipairs(sorted_keys(times)) do
    if times[name] > 1 and seen[name] and not as_list[name] then
      list[#list + 1] = { column = name, times = times[name] }
    end
  end
  return list
end

--- The columns that every line needs: for the key, the wallet, and required claims.
---@param workflow credenco.Workflow
---@return table<string, boolean>
function M.needed_columns(workflow)
  local needed = {}
  if type(workflow.key) == "table" then needed[workflow.key.column] = true end
  for _, step in ipairs(workflow.steps) do
    local delivers = step.delivery == "direct" or step.delivery == "inbox"
    if delivers and type(step.wallet_key) == "table" then needed[step.wallet_key.column] = true end
    if type(step.claims) == "table" then claims_columns.needed(step.claims.root, needed) end
  end
  return needed
end

local function any_of(names, set)
  for _, name in ipairs(names) do
    if set[name] then return true end
  end
  return false
end

--- Whether the source's records may contain records.
---@param source credenco.pipeline.Source
---@return boolean
function M.is_nested(source)
  return source.format ~= "csv"
end

local function add_columns(report, workflow, source, seen, names)
  local header = source.columns or sorted_keys(names)
  report.unknown_columns, report.unused_columns = {}, {}
  if #header > 0 then
    report.unknown_columns, report.unused_columns = claims_columns.compare(seen, header, M.is_nested(source))
  end
  report.hopeless = any_of(report.unknown_columns, M.needed_columns(workflow))
  report.repeated_columns = repeated(workflow, source, seen)
end

-- Tries every line. Gives the reason if one could not be read or tried.
local function try_lines(report, workflow, source, limit, seen, names)
  local firsts, err = first_lines.new(), nil
  while not err and report.lines < limit do
    local item
    item, err = source:next()
    if not item then break end
    if not source.columns and item.record then add_names(names, item.record) end
    try_line(report, workflow, item, seen, firsts, source.format)
    err, report.failure = report.failure, nil
  end
  firsts:close()
  return err
end

---@param workflow credenco.Workflow
---@param source credenco.pipeline.Source
---@param limit? integer lines to read at most
---@return credenco.pipeline.CheckReport?
---@return string? err why the source could not be read further
function M.run(workflow, source, limit)
  local report = blank()
  local seen, names = {}, {}
  for _, column in ipairs(workflow.columns) do seen[column] = true end
  local err = try_lines(report, workflow, source, limit or math.huge, seen, names)
  if err then return nil, err end
  add_columns(report, workflow, source, seen, names)
  return report
end

return M
