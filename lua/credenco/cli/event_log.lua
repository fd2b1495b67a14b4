--- `--log FILE`: every event of the client as a line of JSON, as it happens. No field of an event holds a secret.
---
--- Lines are appended, and written to the file when a second has passed, after a failure and at the end.
local clock = require "credenco.cli.event_time"
local core = require "credenco.core"
local files = require "credenco.cli.files"
local json = require "credenco.base.json"
local output = require "credenco.cli.output"
local usage = require "credenco.cli.usage"

local find, has_control, utf8_valid = string.find, core.has_control, core.utf8_valid

local M = {}

local FLUSH_EVERY_MS = 1000
local BUFFER_BYTES = 65536

-- How many of the parts of lines are remembered.
local MEMO_MAX = 1000

--- The option.
function M.declare(command)
  return files.written(command:option "--log" :argname "FILE"
    :description "Append every request, response and wait to this file, as JSON Lines.", { kept = true })
end

-- A table that makes what is not in it yet, and forgets all when that is too much.
local function memo(make)
  local count = 0
  return setmetatable({}, { __index = function(made, key)
    if count == MEMO_MAX then
      for old in pairs(made) do made[old] = nil end
      count = 0
    end
    count = count + 1
    local value = make(key)
    rawset(made, key, value)
    return value
  end })
end

-- The user's own text, which rarely has anything to escape. No pattern: that takes longer than all else.
local function quoted(text)
  if not (find(text, '"', 1, true) or find(text, "\\", 1, true) or has_control(text)) and utf8_valid(text) then
    return '"' .. text .. '"'
  end
  return json.encode(text) or '"?"'
end

-- What is the same in the lines of a type and a step.
local function new_middles()
  return memo(function(kind)
    return memo(function(step) return ('","event":"%s","step":"%s"'):format(kind, step) end)
  end)
end

-- How the lines of most responses end: by status, whether the call has its result, and time.
local function new_ends()
  return memo(function(status)
    local function of(ok)
      return memo(function(elapsed_ms)
        return (',"http_status":%d,"ok":%s,"elapsed_ms":%d}\n'):format(status, tostring(ok), elapsed_ms)
      end)
    end
    return { [true] = of(true), [false] = of(false) }
  end)
end

-- The fields that only some events have, in the order of their lines.
local function rest_of(event)
  local parts = {}
  for _, name in ipairs { "http_status", "ok", "code", "sent", "elapsed_ms", "wait_ms", "traceparent" } do
    local value = event[name]
    if type(value) == "number" then
      parts[#parts + 1] = (',"%s":%d'):format(name, value)
    elseif value ~= nil then
      parts[#parts + 1] = (',"%s":%s'):format(name, json.encode(value))
    end
  end
  return table.concat(parts) .. "}\n"
end

local function flush(file, path, has_failed)
  local ok, err = file:flush()
  if ok or has_failed then return has_failed end
  io.stderr:write(("credenco: --log: cannot write %s: %s\n"):format(path, tostring(err)))
  return true
end

-- The listener that writes to a file which is open. Most lines are put together from parts that were made before.
local function listener(file, path)
  local middles, ends = new_middles(), new_ends()
  local flushed_ms, has_failed, at = -math.huge, false, clock.at
  local function end_of(event)
    local kind = event.type
    if event.traceparent then return rest_of(event) end
    if kind == "request" then return "}\n" end
    if kind == "answer" then return ends[event.http_status][event.ok][event.elapsed_ms] end
    return rest_of(event)
  end
  return function(event)
    local id, at_ms = event.correlation_id, event.at_ms
    local second, fraction = at(at_ms)
    local middle, rest = middles[event.type][event.step], end_of(event)
    if id then
      file:write('{"time":"', second, fraction, middle, ',"correlation_id":', quoted(id), rest)
    else
      file:write('{"time":"', second, fraction, middle, rest)
    end
    if at_ms - flushed_ms >= FLUSH_EVERY_MS or event.type == "failed" then
      flushed_ms = at_ms
      has_failed = flush(file, path, has_failed)
    end
  end
end

--- Begins to append to a file, which is readable by its owner alone where it is new. A mistake in usage where it
--- cannot be written.
---@param path string
---@return fun(event: credenco.Event) on_event
function M.open(path)
  local file, err = output.append(path)
  if not file then usage.fail("--log: cannot write " .. err) end
  file:setvbuf("full", BUFFER_BYTES)
  return listener(file, path)
end

return M
