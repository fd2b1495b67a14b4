--- The command line's grammar: which commands there are, and what all of them share.
local argparse = require "argparse"
local usage = require "credenco.cli.usage"

local M = {}

local NAMES = {
  "issue", "offer", "push", "status", "trust", "offer-uri",
  "run", "load", "work", "report", "retry", "settle", "rejects", "find", "claims",
  "sandbox", "version",
}

local ABOUT = "Issues verifiable credentials straight into Credenco business wallets."

local EXIT_CODES = [[
Exit codes: 0 done, 1 unexpected, 2 usage, 3 authentication or role, 4 rejected,
            5 outcome unknown (sent, answer lost), 7 network or deadline, 8 stopped by
            --max-failures, 9 journal trouble, 130 interrupted.
`credenco COMMAND --help` says more about a command.]]

---@class credenco.cli.Command
---@field summary string one line for the list of commands
---@field description string
---@field epilog string examples, and what else the help should end with
---@field declare fun(command: table) adds arguments and options
---@field run fun(args: table, out: credenco.cli.Report): table?, string|credenco.Error?, integer?
---  gives the result, its text for people (none when all is said) and the exit code when it is not 0,
---  or nil and the error

---@return credenco.cli.Command
local function load_command(name)
  return require("credenco.cli.command." .. name:gsub("-", "_"))
end

-- argparse breaks lines where they get too long; those of the source would be breaks of their own.
local function paragraphs(text)
  return (text:gsub("([^\n])\n([^\n])", "%1 %2"))
end

local function add(root, name)
  local command = load_command(name)
  local parsed = root:command(name, paragraphs(command.description), command.epilog):summary(command.summary)
  command.declare(parsed)
  parsed:flag "--json" :description "Result and errors as JSON, for programs."
end

local function build()
  local root = argparse("credenco", ABOUT, EXIT_CODES):command_target "command" :help_max_width(100)
  for _, name in ipairs(NAMES) do
    add(root, name)
  end
  return root
end

local SECRETS_ELSEWHERE = {
  ["--api-key"] = "CREDENCO_API_KEY or --api-key-file",
  ["--client-secret"] = "--client-secret-file",
}

-- argparse calls this with the parser of the command that was reached. Its messages name options, not
-- their values.
local function on_error(parser, message)
  local instead = SECRETS_ELSEWHERE[message:match "^unknown option '(.-)'$"]
  if instead then
    message = message .. "; secrets are never arguments, use " .. instead
  end
  local program = parser:get_usage():match "^Usage: (.-) %["
  usage.fail(message, ("credenco: %s\nSee `%s --help`."):format(message, program))
end

-- How many another program is asked for its version and its help.
local function as_ours(argv)
  if argv[1] == "--version" then return { "version" } end
  if argv[1] == "help" then return { argv[2] or "--help", argv[2] and "--help" } end
  return argv
end

--- Throws a usage mistake; ends the program with the help on stdout where that was asked for.
---@param argv string[]
---@return credenco.cli.Command command
---@return table args
function M.parse(argv)
  local root = build()
  root.error = on_error
  local args = root:parse(as_ours(argv))
  return load_command(args.command), args
end

return M
