--- Writes results to stdout and everything else to stderr, both as JSON for programs.
---
--- It requires modules only when it needs them, so that it can report a missing rock without any rock, in JSON, too.

local json_writer = require "credenco.base.json_writer"

local M = {}

local stdout = io.stdout -- a workflow finds another one there: `credenco.base.forbidden`

-- The JSON form of an error; see lua/credenco/client/errors.lua.
local ERROR_FIELDS = {
  "code", "message", "step", "sent", "retryable", "http_status", "attempts", "correlation_id", "detail", "status",
  "retry_after_ms",
}

---@class credenco.cli.Report
---@field private as_json boolean
local Report = {}
Report.__index = Report

---@param as_json boolean
---@return credenco.cli.Report
function M.new(as_json)
  return setmetatable({ as_json = as_json }, Report)
end

local function write(file, text)
  local ok, err = file:write(text, "\n")
  if ok then
    ok, err = file:flush()
  end
  return ok, err
end

-- A command with a list in its result has loaded that module.
local function is_array(value)
  local json = package.loaded["credenco.base.json"]
  return type(json) == "table" and json.is_array(value) -- LuaJIT leaves a mark if loading failed
end

local function as_line(value)
  return json_writer.write(value, is_array)
end

--- Writes a result.
---@param result table the fields of the JSON form
---@param text string the form for people
---@return boolean? ok
---@return string? err stdout is full or closed
function Report:result(result, text)
  return write(stdout, self.as_json and as_line(result) or text)
end

--- Writes text that is only for people, also with --json.
---@param text string
---@return boolean? ok
---@return string? err
function Report.text(_, text)
  return write(stdout, text)
end

--- Writes a note beside the result. With --json it writes nothing.
---@param text string
function Report:note(text)
  if not self.as_json then io.stderr:write(text, "\n") end
end

--- Writes an event. With --json it writes the event's fields.
---@param fields table
---@param text string
function Report:event(fields, text)
  write(io.stderr, self.as_json and '{"event":' .. as_line(fields) .. "}" or text)
end

-- Beginning with the program's name, as the client's errors do.
local function in_a_line(err)
  local line = getmetatable(err) and tostring(err) or err.message
  return line:find "^credenco: " and line or "credenco: " .. line
end

--- An error of the library, or one of the program's own with `code` and `message`, in its written form.
---@param err table
---@param text string? the form for people, if it is longer than the error's own line
---@return string
function Report:failure_text(err, text)
  if not self.as_json then return text or in_a_line(err) end
  local fields = require "credenco.cli.fields"
  return '{"error":' .. as_line(fields.pick(err, ERROR_FIELDS)) .. "}"
end

--- Writes it.
---@param err table
---@param text string?
function Report:failure(err, text)
  write(io.stderr, self:failure_text(err, text))
end

return M
