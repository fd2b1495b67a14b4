--- The checks of `credenco doctor`, one after the other. A check is skipped if an earlier one that it needs has failed,
--- so that one cause shows as one line.

local M = {}

--- The result of a check. `failure`: a command would fail here. `warning`: it would work, but look at this.
---@alias credenco.doctor.State "ok"|"warning"|"failure"|"skipped"

---@class credenco.doctor.Row
---@field id string its name for programs
---@field title string
---@field needs? string[] ids of earlier rows that must have succeeded; an id without a row counts as succeeded
---@field rocks? string[] rocks that the check needs
---@field rock? string the rock that the check looks for
---@field check fun(context: credenco.doctor.Context): credenco.doctor.State?, string?, string?, integer?
---  state, text, advice if there is something to do, and the exit code unless it is the subject's; nil: no line

---@class credenco.doctor.Subject
---@field name string
---@field title string
---@field code integer exit code of its failures
---@field rows fun(context: credenco.doctor.Context): credenco.doctor.Row[]

--- The subject of the checks, and results that one leaves for the next.
---@class credenco.doctor.Context
---@field args table the parsed arguments
---@field options credenco.Options without credentials, until they are known
---@field rocks_in_use table<string, true> rocks that the requested commands need

---@class credenco.doctor.Outcome
---@field id string
---@field subject string
---@field title string
---@field state credenco.doctor.State
---@field words string
---@field advice string?
---@field code integer? exit code of a failure

-- The failure that a row depends on. `causes` maps the id of each row that failed, or was skipped for it, to the title
-- of the failure. A missing rock is a cause even if its row is only a warning.
local function cause_of(row, causes)
  for _, rock in ipairs(row.rocks or {}) do
    if causes["missing_" .. rock] then return rock end
  end
  for _, id in ipairs(row.needs or {}) do
    if causes[id] then return causes[id] end
  end
end

local function outcome_of(subject, row, state, words, advice, code)
  return {
    id = row.id, subject = subject.name, title = row.title, state = state, words = words, advice = advice,
    code = state == "failure" and (code or subject.code) or nil,
  }
end

local function examined(subject, row, context, causes)
  local cause = cause_of(row, causes)
  if cause then
    causes[row.id] = cause
    return outcome_of(subject, row, "skipped", "cannot tell while this fails: " .. cause)
  end
  local outcome = outcome_of(subject, row, row.check(context))
  if outcome.state == "failure" then causes[row.id] = row.title end
  if row.rock and outcome.state ~= "ok" then causes["missing_" .. row.rock] = true end
  return outcome
end

--- Runs the checks.
---@param subjects credenco.doctor.Subject[]
---@param context credenco.doctor.Context
---@return credenco.doctor.Outcome[] outcomes in the order of the checks
function M.run(subjects, context)
  local outcomes, causes = {}, {}
  for _, subject in ipairs(subjects) do
    for _, row in ipairs(subject.rows(context)) do
      local outcome = examined(subject, row, context, causes)
      if outcome.state then outcomes[#outcomes + 1] = outcome end
    end
  end
  return outcomes
end

return M
