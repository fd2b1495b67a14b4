--- The message and exit code of a command that found no record to change.
local exit_code = require "credenco.cli.exit_code"
local which = require "credenco.cli.pipeline.which"

local M = {}

-- A user who names a record or a cause expects that there is one.
local function code_of(args)
  return which.count(args) > 0 and exit_code.rejected or exit_code.done
end

local RETRY = { failed = "`credenco retry`", unknown = "`credenco retry --unknown`",
  skipped = "`credenco retry --skipped`" }

-- Other states that the user may have meant.
local function others(state, totals)
  local parts = {}
  for _, other in ipairs { "failed", "unknown", "skipped" } do
    if other ~= state and totals[other] > 0 then
      parts[#parts + 1] = ("; %d %s %s: %s"):format(totals[other], totals[other] == 1 and "is" or "are", other,
        RETRY[other])
    end
  end
  return table.concat(parts)
end

--- The text and the exit code.
---@param state string the state that the command changes
---@param args table
---@param totals? credenco.journal.Totals to name records in other states
---@return string text
---@return integer exit_code
function M.like_that(state, args, totals)
  local instead = totals and others(state, totals) or ""
  return ("no %s record matches%s; see `credenco report`"):format(state, instead), code_of(args)
end

return M
