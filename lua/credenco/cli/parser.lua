--- The parser of a command's arguments.
local terminal = require "credenco.cli.terminal"
local usage = require "credenco.cli.usage"

local M = {}

local WIDEST, WIDEST_USAGE = 100, 70 -- of a help's line

-- `--help` throws this. `main` writes it like any result, and reports a failure to write it.
local Help = {}

---@return boolean
function M.is_help(value)
  return getmetatable(value) == Help
end

local function show_help(parser)
  error(setmetatable({ text = parser:get_help() }, Help), 0)
end

-- argparse wraps long lines itself, so this joins the lines of the source.
local function paragraphs(text)
  return (text:gsub("([^\n])\n([^\n])", "%1 %2"))
end

local SECRETS_ELSEWHERE = {
  ["--api-key"] = "CREDENCO_API_KEY or --api-key-file",
  ["--client-secret"] = "--client-secret-file",
  ["--secret"] = "CREDENCO_WEBHOOK_SECRET or --secret-file",
}

-- argparse calls this with the parser. Its messages name options, not values.
local function on_error(parser, message)
  local instead = SECRETS_ELSEWHERE[message:match "^unknown option '(.-)'$"]
  if instead then
    message = message .. "; secrets are never arguments, use " .. instead
  end
  usage.fail(message, ("credenco: %s\nSee `%s --help`."):format(message, parser._name))
end

-- A required option, such as the wallet, may be given once: argparse would take the last of two.
local function refuse_repetition(parser)
  for _, option in ipairs(parser._options) do
    if option._mincount > 0 then option:overwrite(false) end
  end
end

--- A command's parser, an object of argparse.
---@param name string
---@param command credenco.cli.Command
---@return table
function M.of(name, command)
  local argparse = require "argparse"
  local parser = argparse("credenco " .. name, paragraphs(command.description), command.epilog)
  local columns = terminal.columns(1) or WIDEST
  parser:help_max_width(math.min(WIDEST, columns)):usage_max_width(math.min(WIDEST_USAGE, columns)):add_help(false)
  parser:flag "-h" "--help" :description "Show this help message and exit." :action(function() show_help(parser) end)
  if command.declare then command.declare(parser) end
  parser:flag "--json" :description "Result and errors as JSON, for programs."
  refuse_repetition(parser)
  parser.error = on_error
  return parser
end

-- An empty value is often a variable that is not set. A file without a name would be lost.
local EMPTY = "%s is empty: is the variable set that it comes from?"

local function refuse_empty(parser, args)
  for _, option in ipairs(parser._options) do
    if args[option._target or option:_get_default_target()] == "" then usage.fail(EMPTY:format(option._name)) end
  end
  for _, argument in ipairs(parser._arguments) do
    if args[argument._name] == "" then usage.fail(EMPTY:format("the " .. argument._name:gsub("_", " "))) end
  end
end

-- A command without arguments needs no parser.
local function plain(command, argv)
  return not command.declare and (#argv == 0 or #argv == 1 and argv[1] == "--json")
end

--- Throws a usage mistake, or the help if the user asked for it.
---@param name string
---@param command credenco.cli.Command
---@param argv string[] the arguments after the command's name
---@return table args the parsed arguments, and `command`, the name
function M.parse(name, command, argv)
  local args = {}
  if not plain(command, argv) then
    local parser = M.of(name, command)
    args = parser:parse(argv)
    refuse_empty(parser, args)
    require("credenco.cli.files").check(parser, args)
  end
  args.command = name
  return args
end

return M
