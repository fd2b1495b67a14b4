--- The command line. `main` parses, runs one command, reports what came of it and gives the exit code.
local exit_code = require "credenco.cli.exit_code"
local parser = require "credenco.cli.parser"
local report = require "credenco.cli.report"
local usage = require "credenco.cli.usage"

local M = {}

local function wants_json(argv)
  for _, argument in ipairs(argv) do
    if argument == "--json" then
      return true
    end
  end
  return false
end

local function with_traceback(problem)
  if usage.is(problem) then
    return problem
  end
  return { message = tostring(problem), traceback = debug.traceback("", 2) }
end

local function report_problem(problem, out)
  if usage.is(problem) then
    out:failure({ code = "usage", message = problem.message }, problem.text)
    return exit_code.usage
  end
  out:failure({ code = "unexpected", message = problem.message },
    "credenco: unexpected error, please report it: " .. problem.message .. problem.traceback)
  return exit_code.unexpected
end

local function report_result(result, text, code, out)
  local ok, err = out:result(result, text)
  if ok then
    return code or exit_code.done
  end
  out:failure { code = "unexpected", message = "cannot write the result: " .. tostring(err) }
  return exit_code.unexpected
end

local function run(argv, out)
  local command, args = parser.parse(argv)
  local result, text_or_err, code = command.run(args, out)
  if not result then
    out:failure(text_or_err)
    return exit_code.of(text_or_err)
  end
  if not text_or_err then
    return code or exit_code.done
  end
  return report_result(result, text_or_err, code, out)
end

--- Runs the program.
---@param argv string[]
---@return integer exit code
function M.main(argv)
  local out = report.new(wants_json(argv))
  local ok, outcome = xpcall(function() return run(argv, out) end, with_traceback)
  return ok and outcome or report_problem(outcome, out)
end

return M
