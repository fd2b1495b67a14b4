--- The records that `retry` and `settle` select: the one with a key, a line without a key, or all with a cause.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local core = require "credenco.core"
local usage = require "credenco.cli.usage"

local M = {}

--- Adds the options.
---@return table ... for their group in the help
function M.declare(command)
  return command:option "--code" :argname "CODE" :description "All records with this cause, see `credenco report`.",
    command:option "--key" :argname "KEY" :description "The record with this business key.",
    command:option "--line" :argname "FILE:N" :description "Line N of FILE, which has no key."
end

local function line_of(text)
  local file, line = text:match "^(.+):(%d+)$"
  if not file then usage.fail "--line: a file and the number of a line, as companies.csv:12" end
  return file, arguments.count(line, "--line")
end

--- The number of options that are given.
---@param args table
---@return integer
function M.count(args)
  return (args.code and 1 or 0) + (args.key and 1 or 0) + (args.line and 1 or 0)
end

---@param args table
---@return credenco.journal.Which
function M.read(args)
  if M.count(args) > 1 then usage.fail "--code, --key and --line exclude each other" end
  local which = { code = args.code, key = args.key }
  if args.line then
    which.file, which.line = line_of(args.line)
    which.place = core.real_path(which.file)
  end
  return which
end

return M
