--- The checks of `credenco doctor`, run one after the other. A check whose ground is missing is skipped, so that one
--- cause shows as one line.

local M = {}

--- What a check finds. `failure`: a command would fail here. `warning`: it would work, and something is worth a look.
---@alias credenco.doctor.State "ok"|"warning"|"failure"|"skipped"

---@class credenco.doctor.Row
---@field id string what programs know it by
---@field title string
---@field needs? string[] ids of earlier rows without which this one can tell nothing; one that is not there is no hindrance
---@field rocks? string[] rocks without which it can tell nothing
---@field rock? string it looks whether this one is there
---@field check fun(context: credenco.doctor.Context): credenco.doctor.State?, string?, string?, integer?
---  state, words, advice where something is to be done, and the exit code where it is not the subject's; nil: no line

---@class credenco.doctor.Subject
---@field name string
---@field title string
---@field code integer exit code of its failures
---@field rows fun(context: credenco.doctor.Context): credenco.doctor.Row[]

--- What the checks are about, and what one leaves for the next.
---@class credenco.doctor.Context
---@field args table the parsed arguments
---@field options credenco.Options without credentials, until those are known
---@field rocks_in_use table<string, true> rocks that what was asked for needs

---@class credenco.doctor.Outcome
---@field id string
---@field subject string
---@field title string
---@field state credenco.doctor.State
---@field words string
---@field advice string?
---@field code integer? exit code of a failure

-- What is wrong that a row needs. `causes` has the title of what failed, by the id of all that cannot be told for it; a
-- rock that is missing is a cause also where that is a warning.
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
