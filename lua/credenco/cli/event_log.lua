--- `--log FILE`: every event of the client as a line of JSON, as it happens. No field of an event holds a secret.
---
--- Lines are appended, and written to the file when a second has passed, after a failure and at the end.
local clock = require "credenco.cli.clock"
local files = require "credenco.cli.files"
local json = require "credenco.base.json"
local output = require "credenco.cli.output"
local usage = require "credenco.cli.usage"

local M = {}

local FLUSH_EVERY_MS = 1000
local BUFFER_BYTES = 65536

--- The option.
function M.declare(command)
  return files.written(command:option "--log" :argname "FILE"
    :description "Append every request, response and wait to this file, as JSON Lines.", { kept = true })
end

-- A correlation id is the user's own text; most have nothing to escape.
local function quoted(text)
  if not text:find '[%c"\\\127-\255]' then return '"' .. text .. '"' end
  return json.encode(text) or '"?"'
end

-- What is the same in the lines of a type and a step.
local function middle_of(middles, kind, step)
  local of_kind = middles[kind] or {}
  middles[kind] = of_kind
  local middle = ('","event":"%s","step":"%s"'):format(kind, step)
  of_kind[step] = middle
  return middle
end

-- The fields that only some events have, in the order of their lines.
local function rest_of(event)
  if event.type == "request" then return "" end
  if event.type == "answer" then
    return (',"http_status":%d,"ok":%s,"elapsed_ms":%d'):format(event.http_status, tostring(event.ok), event.elapsed_ms)
  end
  local parts = {}
  for _, name in ipairs { "http_status", "code", "sent", "elapsed_ms", "wait_ms" } do
    local value = event[name]
    if value ~= nil then
      parts[#parts + 1] = (type(value) == "number" and ',"%s":%d' or ',"%s":"%s"'):format(name, value)
    end
  end
  return table.concat(parts)
end

local function flush(file, path, has_failed)
  local ok, err = file:flush()
  if ok or has_failed then return has_failed end
  io.stderr:write(("credenco: --log: cannot write %s: %s\n"):format(path, tostring(err)))
  return true
end

-- The listener that writes to a file which is open.
local function listener(file, path)
  local middles, flushed_ms, has_failed = {}, -math.huge, false
  return function(event)
    local kind, step, id = event.type, event.step, event.correlation_id
    local middle = middles[kind] and middles[kind][step] or middle_of(middles, kind, step)
    local second, fraction = clock.at(event.at_ms)
    file:write('{"time":"', second, fraction, middle, id and ',"correlation_id":' or "", id and quoted(id) or "",
      rest_of(event), event.traceparent and (',"traceparent":"%s"'):format(event.traceparent) or "", "}\n")
    if kind == "failed" or event.at_ms - flushed_ms >= FLUSH_EVERY_MS then
      flushed_ms = event.at_ms
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
