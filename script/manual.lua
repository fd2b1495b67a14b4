-- The manual page, out of the commands' own grammar, so that nothing is said twice: `script/lua script/manual.lua`.
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

io.write(man(), "\n")
