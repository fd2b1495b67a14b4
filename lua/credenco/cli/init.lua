--- The command line. `main` parses the arguments, runs one command, reports its result and gives the exit code.
local commands = require "credenco.cli.commands"
local engine = require "credenco.base.engine"
local exit_code = require "credenco.cli.exit_code"
local parser = require "credenco.cli.parser"
local report = require "credenco.cli.reporter"
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
  if usage.is(problem) or parser.is_help(problem) then
    return problem
  end
  return { message = tostring(problem), traceback = debug.traceback("", 2) }
end

local function report_usage(problem, out)
  out:failure({ code = "usage", message = problem.message }, problem.text)
  return exit_code.usage
end

-- More than any module, library or file opens at once.
local ROOM = 8

-- Whether files can be opened. If not, an error may be about anything: a module, an encoding, a library.
local function has_room()
  local opened = {}
  for _ = 1, ROOM do opened[#opened + 1] = io.open "/dev/null" end
  for _, file in ipairs(opened) do file:close() end
  return #opened == ROOM
end

local NO_ROOM = "this process may open too few files at a time: raise that with  ulimit -n 256  in the same shell"

local function report_no_room(out)
  out:failure { code = "journal", message = NO_ROOM }
  return exit_code.journal
end

local function report_problem(problem, name, out)
  if usage.is(problem) then return report_usage(problem, out) end
  if not has_room() then
    return report_no_room(out), true -- luv crashes if it is closed after it failed to open
  end
  local missing = rocks.advice(problem.message)
  if missing then
    local message = ("credenco %s %s"):format(name, missing)
    return report_usage({ message = message, text = message }, out)
  end
  out:failure({ code = "unexpected", message = problem.message },
    "credenco: unexpected error, please report it: " .. problem.message .. problem.traceback)
  return exit_code.unexpected
end

-- The result of the command counts more than a failure to write it: the terminal may have been closed.
local function written(ok, err, code, out)
  code = code or exit_code.done
  if ok then return code end
  out:failure { code = "unexpected", message = "cannot write the result: " .. tostring(err) }
  return code == exit_code.done and exit_code.unexpected or code
end

local function run(name, argv, out)
  if not has_room() then return report_no_room(out) end -- loading luv without a free descriptor aborts the process
  local command = commands.load(name)
  local result, text_or_err, code = command.run(parser.parse(name, command, argv), out)
  if not result then
    out:failure(text_or_err)
    return exit_code.of(text_or_err)
  end
  if not text_or_err then
    return code or exit_code.done
  end
  require("credenco.cli.interrupted").begin_result()
  if command.wraps then text_or_err = require("credenco.cli.narrow").text(text_or_err) end
  local ok, err = out:result(result, text_or_err)
  if not ok and command.undo then command.undo(result) end
  return written(ok, err, code, out)
end

local function show_help(text, out)
  local ok, err = out:text(text)
  return written(ok, err, nil, out)
end

--- Runs the program.
---@param argv string[]
---@return integer exit code
function M.main(argv)
  local out = report.new(wants_json(argv))
  local refusal = engine.refusal()
  if refusal then return report_usage({ message = refusal, text = refusal }, out) end
  require("credenco.core").hold_standard_streams()
  require("credenco.cli.interrupted").begin(out)
  local name, rest
  local ok, outcome = xpcall(function()
    name, rest = commands.called(argv)
    return name and run(name, rest, out) or show_help(commands.help(), out)
  end, with_traceback)
  if ok then return outcome end
  if parser.is_help(outcome) then return show_help(outcome.text, out) end
  return report_problem(outcome, name, out)
end

return M
