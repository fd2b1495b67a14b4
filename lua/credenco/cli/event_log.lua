--- `--log FILE`: every event of the client as a line of JSON. No field of an event holds a secret.
---
--- Lines are appended. They reach the file after a second, after a failure and at the end.
local clock = require "credenco.cli.event_time"
local core = require "credenco.core"
local files = require "credenco.cli.files"
local listeners = require "credenco.base.listeners"
local output = require "credenco.cli.output"
local usage = require "credenco.cli.usage"

local M = {}

--- Adds the option.
function M.declare(command)
  return files.written(command:option "--log" :argname "FILE"
    :description "Append every request, response and wait to this file, as JSON Lines.",
    { kept = true, begins = clock.LINE_BEGINS })
end

--- Opens a file to append to. A new file is readable only by its owner. A file that cannot be written is a usage
--- mistake.
---@param path string
---@return fun(event: credenco.Event) on_event
function M.open(path)
  local file, err = output.append(path)
  if not file then usage.fail("--log: cannot write " .. err) end
  local write, observer = core.event_log(file, "credenco: --log: cannot write " .. path)
  file:close()
  if not write then usage.fail(("--log: cannot write %s: %s"):format(path, observer)) end
  return listeners.on_event(write, { observer })
end

return M
