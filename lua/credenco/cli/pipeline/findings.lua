--- The findings of `claims check` and `run --dry-run`, as a table for people and as fields for programs.
local counted = require "credenco.cli.pipeline.counted"
local json = require "credenco.base.json"
local narrow = require "credenco.cli.narrow"
local options = require "credenco.base.options"
local sorted_keys = require "credenco.base.sorted_keys"
local utf8_text = require "credenco.base.utf8_text"

local shown = utf8_text.shown

local M = {}

local SHOWN = 20

local STEP = 2 -- the column for the number of the step, if there are several

local function headings() return { "line", "claim", "column", "found", "would fit" } end

local function cells(problem)
  local fits = problem.refused and "refused: " .. problem.refused or problem.fits or ""
  return { tostring(problem.line), problem.path, shown(problem.column or ""), problem.found, fits }
end

local function any_step(problems)
  for _, problem in ipairs(problems) do
    if problem.step then return true end
  end
  return false
end

local function with_steps(rows, problems)
  for i, row in ipairs(rows) do
    local step = i == 1 and "step" or problems[i - 1].step
    table.insert(row, STEP, step and tostring(step) or "")
  end
end

local function problem_table(report)
  local rows = { headings() }
  for i = 1, math.min(SHOWN, #report.problems) do rows[i + 1] = cells(report.problems[i]) end
  if any_step(report.problems) then with_steps(rows, report.problems) end
  local lines = narrow.table(rows)
  local more = #report.problems - (#rows - 1) + report.more
  if more > 0 then lines[#lines + 1] = ("... and %d more (all of them with --json)"):format(more) end
  return lines
end

-- By their names in lower case: a name that differs only in case is the nearest.
local function by_lower_case(names)
  local known = {}
  for _, name in ipairs(names) do known[name:lower()] = known[name:lower()] or name end
  return known
end

-- The column that may have been meant by a missing one.
local function hint(name, unused, known)
  if #unused == 1 and unused[1]:find("|", 1, true) then
    return ' (commas, semicolons and tabs are read, not "|")'
  end
  local nearest = options.nearest(name, known)
  return nearest and (' (is it "%s"?)'):format(shown(known[nearest])) or ""
end

--- A line for each missing column. A misspelt one may be among the unused columns.
---@param unknown string[] columns the workflow uses and the source does not have
---@param unused string[] columns of the source that the workflow does not use
---@return string[]
function M.missing_columns(unknown, unused)
  local lines, known = {}, by_lower_case(unused)
  for i, name in ipairs(unknown) do
    lines[i] = ('column "%s" is used by the workflow, and the source does not have it%s'):format(
      shown(name), hint(name, unused, known))
  end
  return lines
end

local function column_lines(report)
  local lines = M.missing_columns(report.unknown_columns, report.unused_columns)
  for _, found in ipairs(report.repeated_columns) do
    lines[#lines + 1] = ('column "%s" occurs %d times in the header: its value is a list'):format(
      shown(found.column), found.times)
  end
  if #report.unused_columns > 0 then
    lines[#lines + 1] = "columns not used: " .. shown(table.concat(report.unused_columns, ", "))
  end
  return lines
end

local function append(lines, more)
  for _, line in ipairs(more) do lines[#lines + 1] = line end
end

-- Claims in the order of their names, one in each line, for a person to check.
local function add_claims(lines, claims)
  for _, name in ipairs(sorted_keys(claims)) do
    lines[#lines + 1] = ("  %s: %s"):format(name, json.encode(claims[name]) or "(cannot be sent)")
  end
end

local function wallet_of(sent)
  return sent.wallet_key and ", wallet " .. sent.wallet_key or ""
end

local function first_record(first)
  local lines = { ("line %d as it would be sent%s (template %s, key %s%s):"):format(
    first.line, first.next_steps and ", step 1" or "", first.template_id, first.key, wallet_of(first)) }
  add_claims(lines, first.claims)
  for i, sent in ipairs(first.next_steps or {}) do
    lines[#lines + 1] = ("step %d (template %s%s):"):format(i + 1, sent.template_id, wallet_of(sent))
    add_claims(lines, sent.claims)
  end
  return lines
end

-- Values that are valid but hardly meant.
local function warning_lines(report)
  local lines = {}
  for i = 1, math.min(SHOWN, #report.warnings) do
    local warning = report.warnings[i]
    local column = warning.column and (' column "%s"'):format(shown(warning.column)) or ""
    lines[i] = ("warning: line %d:%s %s"):format(warning.line, column, warning.what)
  end
  local more = #report.warnings - #lines + report.more_warnings
  if more > 0 then lines[#lines + 1] = ("... and %d more warnings (all of them with --json)"):format(more) end
  return lines
end

-- The counts add up to the number of lines.
local function last_line(report)
  local parts = { counted(report.good, "fits", "fit"), counted(report.refused, "does not", "do not") }
  if report.skipped > 0 then parts[#parts + 1] = ("%d that the workflow skips"):format(report.skipped) end
  if report.duplicates > 0 then
    parts[#parts + 1] = counted(report.duplicates, "repeats", "repeat") .. " a key and would be skipped"
  end
  return ("%s: %s; nothing was sent"):format(counted(report.lines, "line"), table.concat(parts, ", "))
end

---@param report credenco.pipeline.CheckReport
---@return string
function M.text(report)
  local lines = {}
  if #report.problems > 0 then append(lines, problem_table(report)) end
  append(lines, warning_lines(report))
  append(lines, column_lines(report))
  if report.first then append(lines, first_record(report.first)) end
  if report.untried then
    lines[#lines + 1] = "`accept` or `before_issue` uses the client, which a check does not have: not tried"
  end
  lines[#lines + 1] = last_line(report)
  return table.concat(lines, "\n")
end

---@param report credenco.pipeline.CheckReport
---@return table
function M.fields(report)
  return {
    lines = report.lines, good = report.good, refused = report.refused, skipped = report.skipped,
    duplicates = report.duplicates,
    problems = json.array(report.problems), more_problems = report.more, first = report.first,
    untried = report.untried, warnings = json.array(report.warnings), more_warnings = report.more_warnings,
    unknown_columns = json.array(report.unknown_columns), unused_columns = json.array(report.unused_columns),
    repeated_columns = json.array(report.repeated_columns),
  }
end

return M
