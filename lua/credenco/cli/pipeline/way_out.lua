--- The commands that resolve a cause, for the current journal and workflow.
local advice = require "credenco.pipeline.advice"
local command_line = require "credenco.cli.pipeline.command_line"
local core = require "credenco.core"
local encoding = require "credenco.pipeline.source.encoding"
local formats = require "credenco.pipeline.source.formats"
local json = require "credenco.base.json"
local new_files = require "credenco.cli.pipeline.new_files"
local source_module = require "credenco.pipeline.source"

local M = {}

--- The values that the commands need.
---@class credenco.cli.WayOut
---@field workflow string as the user named it, or its name
---@field file string the workflow's file
---@field journal string
---@field sources { place: string?, format: string, encoding: string? }[] of its lines
---@field rejects string the name of a file for corrected lines
---@field key string?
---@field rejects_flags string the flags to read that file
local WayOut = {}
WayOut.__index = WayOut

local WORKFLOW = "WORKFLOW.lua" -- if the user gave only the name

-- Flags for properties that a file's name and first bytes do not show.
local function flags_of(path, source)
  local flags = ""
  if source.format ~= source_module.format_of(path, "") then flags = flags .. " --format " .. source.format end
  local name = source.encoding
  if name and encoding.mark_of(name) == "" then flags = flags .. " --encoding " .. command_line.quoted(name) end
  return flags
end

-- `rejects` overwrites nothing: if its files exist from an earlier round or another cause, the new ones get a number.
local function not_there_yet(path)
  local stem, extension = path:match "^(.*)(%.%w+)$"
  local number, free = 1, path
  while core.file_type(free) or core.file_type(free .. new_files.REASONS) do
    number = number + 1
    free = ("%s-%d%s"):format(stem, number, extension)
  end
  return free
end

-- The file that `rejects` writes first, in the first format of the lines.
local function rejects_of(sources)
  local layouts = {}
  for _, source in ipairs(sources) do
    local format = formats.kept(source.format)
    layouts[format] = layouts[format] or { format = format, encoding = source.encoding }
  end
  for _, format in ipairs(formats.NAMES) do
    local path = "rejects." .. format
    if layouts[format] then return not_there_yet(path), flags_of(path, layouts[format]) end
  end
  return not_there_yet "rejects.jsonl", ""
end

---@param args table the parsed arguments
---@param workflow string the name
---@param journal string
---@param sources { place: string?, format: string, encoding: string? }[]
---@param key? string of the single record
---@return credenco.cli.WayOut
function M.new(args, workflow, journal, sources, key)
  local named = args.workflow or workflow
  local is_file = args.workflow and core.file_id(args.workflow)
  local rejects, flags = rejects_of(sources)
  return setmetatable({ workflow = command_line.quoted(named), journal = journal, sources = sources,
    file = is_file and command_line.quoted(named) or WORKFLOW, rejects = rejects, rejects_flags = flags,
    key = key }, WayOut)
end

-- Each command by its name in `advice`, with its arguments; nil if a person has to act.
local COMMANDS = {
  rejects = function(self) return ("rejects %s --output %s"):format(self.workflow, self.rejects) end,
  run = function(self) return "run " .. self.file end,
  run_rejects = function(self) return ("run %s %s%s"):format(self.file, self.rejects, self.rejects_flags) end,
  retry = function(self, which) return ("retry %s %s"):format(self.workflow, which) end,
  retry_unknown = function(self, which) return ("retry %s --unknown %s"):format(self.workflow, which) end,
  retry_skipped = function(self, which) return ("retry %s --skipped %s"):format(self.workflow, which) end,
  retry_settled = function(self)
    return ("retry %s %s"):format(self.workflow, self.key and self:which() or "--code settled")
  end,
  settle_issued = function(self, which) return ("settle %s %s --as issued"):format(self.workflow, which) end,
  settle_failed = function(self, which) return ("settle %s %s --as failed"):format(self.workflow, which) end,
  settle_skipped = function(self, which) return ("settle %s %s --as skipped"):format(self.workflow, which) end,
}

local function run_source(self, source)
  if not source.place then return "# run it on the same lines again" end
  if not core.file_type(source.place) then
    return ("# %s is not there any more"):format((source.place:gsub("%c", "?"))) -- a line break would end the comment
  end
  local text = ("run %s %s%s"):format(self.file, command_line.quoted(source.place), flags_of(source.place, source))
  return command_line.about(text, self.journal)
end

-- One line for each file to be read again.
local function run_sources(self, lines)
  for _, source in ipairs(self.sources) do lines[#lines + 1] = run_source(self, source) end
end

-- The records to select: the one with the key, or all with the cause.
function WayOut:which(code)
  if self.key then return command_line.option("--key", self.key) end
  return command_line.option("--code", code)
end

function WayOut:lines(commands, code)
  local lines = {}
  for _, name in ipairs(commands) do
    if name == "edit" then
      lines[#lines + 1] = "# correct " .. self.rejects
    elseif name == "run_source" then
      run_sources(self, lines)
    else
      lines[#lines + 1] = command_line.about(COMMANDS[name](self, self:which(code)), self.journal)
    end
  end
  return lines
end

--- The commands for a cause.
---@param cause credenco.journal.Cause
---@return { what: string, commands: string[] }[]
function WayOut:of(cause)
  local ways = {}
  for _, way in ipairs(advice.ways(cause.state, cause.code, cause.stage)) do
    if cause.lines ~= 0 or not advice.needs_lines(way) then
      local what = #ways == 0 and way[1]:gsub("^or ", "") or way[1]
      ways[#ways + 1] = { what = what, commands = json.array(self:lines(way[2], cause.code or "")) }
    end
  end
  return ways
end

return M
