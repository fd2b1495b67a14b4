-- Prints docs/commands.md from the commands' own declarations, so that nothing is said twice.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local commands = require "credenco.cli.commands"
local parser = require "credenco.cli.parser"
local settings = require "credenco.cli.server_settings"

local WIDTH = 100

local HEAD = [[
# Commands

Every command with its arguments and options. `script/write-docs` writes this page from the declarations in the code,
which `credenco COMMAND --help` shows as well. [command-line.md](command-line.md) describes what all commands have in
common: settings, secrets, exit codes. All of them take `--help`, and `--json` for results and errors as JSON.
]]

local SHARED_HEAD = [[
## Connection and credentials

Commands that talk to the service also take these options (`push` only those for the connection). You can set most of
them in the environment, or in a [profile](command-line.md#settings) with the same names. In `run`, `work`, `confirm`,
`explain`, `doctor` and `probe`, `--timeout` is the deadline for each call.
]]

local SHARES = [[

It also takes the options for [connection and credentials](#connection-and-credentials).
]]

-- `webhook` has a short list of options for its connection, which is its own.
local SHARED = { "^Connection:.*%-%-base%-url", "^Authentication " }

local function is_shared(block)
  for _, pattern in ipairs(SHARED) do
    if block:find(pattern) then return true end
  end
  return false
end

-- The epilogs of several commands have it; this page has it once.
local function is_common(block)
  return block == arguments.JOURNAL or block == settings.ENVIRONMENT
end

-- Every command has these two. A list of options that has no other goes.
local function without_common(block)
  local kept = ("\n" .. block):gsub("\n   %-h, %-%-help[^\n]*", ""):gsub("\n   %-%-json  +[^\n]*", "")
  return kept:find "^\n[%w ]*[Oo]ptions:$" and "" or kept:sub(2)
end

-- The help, one block between blank lines after the other. The environment is the same for all.
local function help_blocks(name)
  local made = parser.of(name, commands.load(name))
  made:help_max_width(WIDTH)
  local blocks = {}
  for block in (made:get_help() .. "\n\n"):gmatch "(.-)\n\n+" do
    block = without_common(block)
    if block ~= "" and not is_common(block) then blocks[#blocks + 1] = block end
  end
  return blocks
end

-- `[--limit N]` and its like are in the list of options.
local function short_usage(usage)
  local shown = usage:gsub("%s+", " "):gsub("%[%-[^%]]*%] ?%.*%s?", "")
  return (shown:gsub("^(Usage: credenco [%w-]+)%s*", "%1 [options] "):gsub("%s+$", ""))
end

local function command_text(name)
  local kept, shares = {}, false
  for i, block in ipairs(help_blocks(name)) do
    if i == 1 then block = short_usage(block) end
    if is_shared(block) then shares = true else kept[#kept + 1] = block end
  end
  return ("## `credenco %s`\n\n%s\n\n```\n%s\n```\n%s"):format(
    name, commands.summary(name), table.concat(kept, "\n\n"), shares and SHARES or "")
end

local function shared_text()
  local shared = {}
  for _, block in ipairs(help_blocks "config") do
    if is_shared(block) then shared[#shared + 1] = block end
  end
  return ("%s\n```\n%s\n\n%s\n```\n"):format(SHARED_HEAD, table.concat(shared, "\n\n"), settings.ENVIRONMENT)
end

---@return string
return function()
  local out = { HEAD }
  for _, name in ipairs(commands.NAMES) do out[#out + 1] = command_text(name) end
  out[#out + 1] = ("## The journal\n\n%s\n"):format(arguments.JOURNAL)
  out[#out + 1] = shared_text()
  return table.concat(out, "\n")
end
