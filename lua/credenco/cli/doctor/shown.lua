--- The results of `credenco doctor`, for people and for programs.
local counted = require "credenco.cli.pipeline.counted"
local fields = require "credenco.cli.fields"
local json = require "credenco.base.json"

local M = {}

local FIELDS = { "id", "subject", "title", "state", "words", "advice" }
local STATES = { "ok", "warning", "failure", "skipped" }

local function counts_of(outcomes)
  local counts = { ok = 0, warning = 0, failure = 0, skipped = 0 }
  for _, outcome in ipairs(outcomes) do counts[outcome.state] = counts[outcome.state] + 1 end
  return counts
end

local function summary(counts)
  local parts = {}
  for _, state in ipairs(STATES) do
    local countable = state == "warning" or state == "failure"
    if counts[state] > 0 then parts[#parts + 1] = counted(counts[state], state, not countable and state or nil) end
  end
  return table.concat(parts, ", ")
end

--- One line for each check, with advice below it if there is something to do.
---@param subjects credenco.doctor.Subject[]
---@param outcomes credenco.doctor.Outcome[]
---@return string
function M.text(subjects, outcomes)
  local titles, lines, subject = {}, {}, nil
  for _, row in ipairs(subjects) do titles[row.name] = row.title end
  for _, outcome in ipairs(outcomes) do
    local shown = fields.pick(outcome, FIELDS)
    if shown.subject ~= subject then lines[#lines + 1] = titles[shown.subject] end
    subject = shown.subject
    lines[#lines + 1] = ("  %-8s %s: %s"):format(shown.state, shown.title, shown.words)
    if shown.advice then lines[#lines + 1] = "           To do: " .. shown.advice end
  end
  lines[#lines + 1] = summary(counts_of(outcomes))
  return table.concat(lines, "\n")
end

--- The same for programs.
---@param outcomes credenco.doctor.Outcome[]
---@return table
function M.fields(outcomes)
  local checks = json.array()
  for i, outcome in ipairs(outcomes) do checks[i] = fields.pick(outcome, FIELDS) end
  return { checks = checks, counts = counts_of(outcomes) }
end

return M
