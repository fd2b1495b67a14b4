--- The command line. `main` parses, runs one command, reports what came of it and gives the exit code.
local commands = require "credenco.cli.commands"
local engine = require "credenco.base.engine"
local exit_code = require "credenco.cli.exit_code"
local parser = require "credenco.cli.parser"
local report = require "credenco.cli.report"
local rocks = require "credenco.base.rocks"
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

local function report_usage(problem, out)
  out:failure({ code = "usage", message = problem.message }, problem.text)
  return exit_code.usage
end

local function report_problem(problem, name, out)
  if usage.is(problem) then return report_usage(problem, out) end
  local missing = rocks.advice(problem.message)
  if missing then
    local message = ("credenco %s %s"):format(name, missing)
    return report_usage({ message = message, text = message }, out)
  end
  out:failure({ code = "unexpected", message = problem.message },
    "credenco: unexpected error, please report it: " .. problem.message .. problem.traceback)
  return exit_code.unexpected
end

local function written(ok, err, code, out)
  if ok then
    return code or exit_code.done
  end
  out:failure { code = "unexpected", message = "cannot write the result: " .. tostring(err) }
  return exit_code.unexpected
end

local function run(name, argv, out)
  local command = commands.load(name)
  local result, text_or_err, code = command.run(parser.parse(name, command, argv), out)
  if not result then
    out:failure(text_or_err)
    return exit_code.of(text_or_err)
  end
  if not text_or_err then
    return code or exit_code.done
  end
  local ok, err = out:result(result, text_or_err)
  return written(ok, err, code, out)
end

local function help(out)
  local ok, err = out:text(commands.help())
  return written(ok, err, nil, out)
end

--- Runs the program.
---@param argv string[]
---@return integer exit code
function M.main(argv)
  local out = report.new(wants_json(argv))
  local refusal = engine.refusal()
  if refusal then return report_usage({ message = refusal, text = refusal }, out) end
  local name, rest
  local ok, outcome = xpcall(function()
    name, rest = commands.called(argv)
    return name and run(name, rest, out) or help(out)
  end, with_traceback)
  return ok and outcome or report_problem(outcome, name, out)
end

return M
