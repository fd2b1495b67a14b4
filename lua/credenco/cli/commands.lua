--- The names and summaries of the commands. A command's file is loaded when you call the command, so the list, the
--- version and the help need no rock, and a rock that one command lacks does not concern the others.
local usage = require "credenco.cli.usage"

local M = {}

local LIST = {
  { "issue", "Issue a credential straight into a wallet." },
  { "offer", "Create a credential offer and print it." },
  { "push", "Deliver an offer to a wallet." },
  { "status", "Show the status of an issue." },
  { "trust", "Make an issuer a trusted contact of a wallet." },
  { "offer-uri", "Extract the offer's URI from a request URI." },
  { "run", "Issue a credential for every record of a file." },
  { "load", "Put a file's records into a journal, for workers." },
  { "work", "Issue the records of a journal, together with other workers." },
  { "report", "Count a journal's records, and show why some were not issued." },
  { "retry", "Open failed records again." },
  { "settle", "Record the outcome that you found for a record." },
  { "rejects", "Write the refused lines to a file, so that you can correct them." },
  { "confirm", "Ask for the status of issued credentials." },
  { "explain", "Show the state of a business key or an id, and what to do." },
  { "doctor", "Check settings, network and credentials before you begin." },
  { "metrics", "Count a journal's records for Prometheus." },
  { "claims", "Try a workflow's claim mapping on a file." },
  { "webhook", "Send a signed test event to a webhook." },
  { "probe", "Find out how a test environment behaves." },
  { "sandbox", "Run a local issuer and business wallet." },
  { "config", "Show every setting and where it comes from." },
  { "completion", "Print the completion for bash, zsh or fish." },
  { "version", "Print the version." },
}

--- The names, in the order of the help.
---@type string[]
M.NAMES = {}
local known = {}
for i, row in ipairs(LIST) do
  M.NAMES[i] = row[1]
  known[row[1]] = true
end

--- The summary of a command, in one line.
---@param name string one of `NAMES`
---@return string
function M.summary(name)
  for _, row in ipairs(LIST) do
    if row[1] == name then return row[2] end
  end
end

local HELP = [[
Usage: credenco [-h] <command> ...

Issues verifiable credentials straight into Credenco business wallets.

Options:
   -h, --help            Show this help message and exit.

Commands:
%s

Exit codes: 0 done, 1 unexpected, 2 usage, 3 authentication or role, 4 rejected,
            5 outcome unknown (sent, response lost), 7 network or deadline, 8 too many
            records of a run failed, 9 journal problem, 130 interrupted.
`credenco COMMAND --help` explains a command.]]

local ROOM_FOR_TWO = 60 -- columns of a terminal with room for names and summaries side by side

---@return string
function M.help()
  local columns = require("credenco.cli.terminal").columns(1)
  local form = columns and columns < ROOM_FOR_TWO and "   %s: %s" or "   %-21s %s"
  local lines = {}
  for i, row in ipairs(LIST) do lines[i] = form:format(row[1], row[2]) end
  return require("credenco.cli.narrow").text(HELP:format(table.concat(lines, "\n")), columns)
end

---@class credenco.cli.Command
---@field description string
---@field epilog string examples, and other text for the end of the help
---@field declare? fun(command: table) adds arguments and options, if the command has any
---@field wraps boolean? its text is only for people, and is wrapped to the width of a terminal
---@field undo? fun(result: table) undoes what is worth nothing if its result cannot be written
---@field run fun(args: table, out: credenco.cli.Report): table?, string|credenco.Error?, integer?
---  gives the result, its text for people (nil if all is written) and the exit code unless that is 0,
---  or nil and the error

--- Loads a command.
---@param name string one of `NAMES`
---@return credenco.cli.Command
function M.load(name)
  return require("credenco.cli.command." .. name:gsub("-", "_"))
end

local function fail(message)
  usage.fail(message, ("credenco: %s\nSee `credenco --help`."):format(message))
end

local function unknown(name)
  if name:find "^%-" then fail(("unknown option '%s'"):format(name)) end
  local nearest = require("credenco.base.options").nearest(name, known)
  fail(("unknown command '%s'%s"):format(name, nearest and ("\nDid you mean '%s'?"):format(nearest) or ""))
end

-- Flags that other programs have for the version and the help, as commands.
local AS_OURS = { ["-V"] = "version", ["--version"] = "version", ["-h"] = "help", ["--help"] = "help" }

local function rest_of(argv, from)
  local rest = {}
  for i = from, #argv do rest[#rest + 1] = argv[i] end
  return rest
end

--- The name of the command to call, and its arguments. Throws a usage mistake if there is none.
---@param argv string[]
---@return string? name nil if the user asked for the help of the whole program
---@return string[] rest the command's arguments
function M.called(argv)
  local name, rest = AS_OURS[argv[1]] or argv[1], rest_of(argv, 2)
  if not name then fail "a command is required" end
  if name == "help" then
    if not rest[1] or AS_OURS[argv[1]] then return nil, {} end
    name, rest = rest[1], { "--help" }
  end
  if not known[name] then unknown(name) end
  return name, rest
end

return M
