-- The manual page and bash's completion, out of the commands' own grammar, so that nothing is said twice:
-- `script/lua script/manual.lua man`, `script/lua script/manual.lua bash`.
local argparse = require "argparse"
local commands = require "credenco.cli.commands"
local credenco = require "credenco"
local parser = require "credenco.cli.parser"

local function heading(name) return (".SH %s"):format(name) end

-- text as it stands; roff takes a leading dot or quote for a request of its own
local function verbatim(text)
  local escaped = text:gsub("\\", "\\e"):gsub("%-", "\\-")
  escaped = ("\n" .. escaped):gsub("\n([.'])", "\n\\&%1"):sub(2)
  return ".nf\n" .. escaped .. "\n.fi"
end

local function man()
  local page = {
    ('.TH CREDENCO 1 "" "credenco %s" "User Commands"'):format(credenco._VERSION),
    heading "NAME", "credenco \\- issues verifiable credentials straight into Credenco business wallets",
    heading "SYNOPSIS", ".B credenco\n.I COMMAND\n[...]",
    heading "DESCRIPTION", verbatim(commands.help()),
    heading "COMMANDS",
  }
  for _, name in ipairs(commands.NAMES) do
    page[#page + 1] = (".SS credenco %s"):format((name:gsub("%-", "\\-")))
    page[#page + 1] = verbatim(parser.of(name, commands.load(name)):get_help())
  end
  return table.concat(page, "\n")
end

local function bash()
  local root = argparse "credenco"
  for _, name in ipairs(commands.NAMES) do
    local command = root:command(name)
    local declare = commands.load(name).declare
    if declare then declare(command) end
    command:flag "--json"
  end
  return root:get_bash_complete()
end

local WRITERS = { man = man, bash = bash }
local write = WRITERS[arg[1]]
if not write then
  io.stderr:write "script/manual.lua: man or bash?\n"
  os.exit(2)
end
io.write(write(), "\n")
