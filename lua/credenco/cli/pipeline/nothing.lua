--- What a command says, and ends with, that found no record to change.
local exit_code = require "credenco.cli.exit_code"

local M = {}

-- Whoever names a record or a cause expects that there is one.
local function code_of(args)
  return (args.key or args.code) and exit_code.rejected or exit_code.done
end

--- The text and the exit code.
---@param state string the state that a record would have to be in
---@param args { key?: string, code?: string }
---@return string text
---@return integer exit_code
function M.like_that(state, args)
  return ("no %s record is like that; see `credenco report`"):format(state), code_of(args)
end

return M
