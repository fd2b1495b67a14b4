-- The manual pages, out of the commands' own grammar, so that nothing is said twice.
local commands = require "credenco.cli.commands"
local parser = require "credenco.cli.parser"
local settings = require "credenco.cli.server_settings"

local ONE_LINE = 100000 -- wider than any description
local WIDTH = 70

local ESCAPES = { ["\\"] = "\\e", ["-"] = "\\-", ["'"] = "\\(aq", ["`"] = "\\(ga", ["^"] = "\\(ha", ["~"] = "\\(ti" }

local function escaped(text) return (text:gsub("[\\'`^~-]", ESCAPES)) end

-- roff takes a line that begins with a dot for a request
local function guarded(text) return (("\n" .. text):gsub("\n%.", "\n\\&."):sub(2)) end

local function verbatim(text) return ".nf\n" .. guarded(escaped(text)) .. "\n.fi" end

local function filled(text)
  local lines, line = {}, nil
  for word in text:gmatch "%S+" do
    if line and #line + 1 + #word > WIDTH then
      lines[#lines + 1], line = line, nil
    end
    line = line and line .. " " .. word or word
  end
  lines[#lines + 1] = line
  return guarded(escaped(table.concat(lines, "\n")))
end

local function heading(name) return (".SH %s"):format(name:find " " and '"' .. name .. '"' or name) end

local function title(name) return (".TH %s 1 \"\" credenco \"User Commands\""):format(escaped(name:upper())) end

local function blocks_of(text)
  local blocks = {}
  for block in (text .. "\n\n"):gmatch "(.-)\n\n+" do blocks[#blocks + 1] = block end
  return blocks
end

-- `   --log FILE            Its purpose.`, with the purpose on the same line or on the next
local function add_options(page, block)
  local name, rest = block:match "^([^\n]+):\n(.*)$"
  page[#page + 1] = (".SS %s"):format(escaped(name))
  for line in rest:gmatch "[^\n]+" do
    local label, text = line:match "^ +(%S.-)  +(%S.*)$"
    if not label and line:find "^ ? ? ? *[%-%a{<]" and not line:find("^" .. (" "):rep(25)) then
      label = line:match "^ +(.*)$"
    end
    if label then page[#page + 1] = ".TP\n.B " .. escaped(label) end
    if not label or text then page[#page + 1] = filled(text or line) end
  end
end

-- The section of a block at the end of the help, by its beginning.
local SECTIONS = { { "^Examples?:\n", "EXAMPLES" }, { "^Exit code", "EXIT STATUS" }, { "^Environment", "ENVIRONMENT" } }

local function section_of(block)
  for _, section in ipairs(SECTIONS) do
    if block:find(section[1]) then return section[2], (block:gsub("^Examples?:\n", "")) end
  end
  return "NOTES", block
end

local function add_end(page, epilog)
  local current
  for _, block in ipairs(blocks_of(epilog)) do
    local section, text = section_of(block)
    page[#page + 1] = section == current and ".PP" or heading(section)
    page[#page + 1] = verbatim(text)
    current = section
  end
end

local function add_head(page, name, summary)
  page[1], page[2] = title(name), heading "NAME"
  page[3] = escaped(name) .. " \\- " .. escaped(summary)
end

local function add_description(page, paragraphs)
  page[#page + 1] = heading "DESCRIPTION"
  for i, text in ipairs(paragraphs) do
    if i > 1 then page[#page + 1] = ".PP" end
    page[#page + 1] = filled(text)
  end
end

local function add_see_also(page, names)
  page[#page + 1] = heading "SEE ALSO"
  for i, name in ipairs(names) do
    page[#page + 1] = (".BR %s (1)%s"):format(escaped(name), i < #names and "," or "")
  end
end

local function summary_of(name)
  local summary = commands.summary(name)
  return summary:sub(1, 1):lower() .. summary:sub(2):gsub("%.$", "")
end

local function command_page(name)
  local command = commands.load(name)
  local page, described = {}, blocks_of(command.description)
  local made = parser.of(name, command):help_max_width(ONE_LINE)
  made._epilog = nil -- it has sections of its own
  local blocks = blocks_of(made:get_help())
  add_head(page, "credenco-" .. name, summary_of(name))
  page[#page + 1] = heading "SYNOPSIS"
  page[#page + 1] = verbatim((blocks[1]:gsub("^Usage: ", ""):gsub("\n       ", "\n  ")))
  add_description(page, described)
  page[#page + 1] = heading "OPTIONS"
  for i = 2 + #described, #blocks do add_options(page, blocks[i]) end
  add_end(page, command.epilog)
  add_see_also(page, { "credenco" })
  return table.concat(page, "\n") .. "\n"
end

local function main_page()
  local page, names = {}, {}
  add_head(page, "credenco", "issues verifiable credentials straight into wallets")
  page[#page + 1] = heading "SYNOPSIS"
  page[#page + 1] = verbatim "credenco COMMAND [ARGUMENT]..."
  add_description(page, { "Each command has a page of its own." })
  for _, name in ipairs(commands.NAMES) do
    page[#page + 1] = ".TP\n.B " .. escaped(name) .. "\n" .. filled(commands.summary(name))
    names[#names + 1] = "credenco-" .. name
  end
  add_end(page, commands.help():match "\n\n(Exit codes:.*)\n`" .. "\n\n" .. settings.ENVIRONMENT)
  page[#page + 1] = heading "FILES" .. "\n.TP\n.I " .. escaped "~/.config/credenco/config"
  page[#page + 1] = filled "Settings for several environments; credenco-config(1) describes it."
  add_see_also(page, names)
  return table.concat(page, "\n") .. "\n"
end

--- All of them, by the names of their files.
---@return table<string, string>
return function()
  local pages = { ["credenco.1"] = main_page() }
  for _, name in ipairs(commands.NAMES) do pages[("credenco-%s.1"):format(name)] = command_page(name) end
  return pages
end
