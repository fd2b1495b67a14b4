--- What the program says: results on stdout, everything else on stderr, both as JSON for programs.
---
--- Nothing is required before it is needed: that a rock is missing has to be said without any, also in JSON.

local json_writer = require "credenco.base.json_writer"

local M = {}

local stdout = io.stdout -- a workflow finds another one there: `credenco.base.forbidden`

-- What an error has to say, in JSON; see lua/credenco/client/errors.lua.
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

-- A command whose result has a list in it has loaded that module.
local function is_array(value)
  local json = package.loaded["credenco.base.json"]
  return type(json) == "table" and json.is_array(value) -- LuaJIT leaves a mark where loading failed
end

local function as_line(value)
  return json_writer.write(value, is_array)
end

--- Writes a result.
---@param result table the fields of the JSON form
---@param text string the form for people
---@return boolean? ok
---@return string? err stdout cannot be written to: full, or closed
function Report:result(result, text)
  return write(stdout, self.as_json and as_line(result) or text)
end

--- Writes what is for people alone, also where JSON is asked for.
---@param text string
---@return boolean? ok
---@return string? err
function Report.text(_, text)
  return write(stdout, text)
end

--- Writes something worth knowing that is not the result; a program that asked for JSON does not get it.
---@param text string
function Report:note(text)
  if not self.as_json then io.stderr:write(text, "\n") end
end

--- Writes something that has just happened; a program gets its fields.
---@param fields table
---@param text string
function Report:event(fields, text)
  write(io.stderr, self.as_json and '{"event":' .. as_line(fields) .. "}" or text)
end

--- An error of the library, or one of the program's own with `code` and `message`, as it is said.
---@param err table
---@param text string? the form for people, when it is longer than the error's own line
---@return string
function Report:failure_text(err, text)
  if not self.as_json then return text or getmetatable(err) and tostring(err) or "credenco: " .. err.message end
  local fields = require "credenco.cli.fields"
  return '{"error":' .. as_line(fields.pick(err, ERROR_FIELDS)) .. "}"
end

--- Says it.
---@param err table
---@param text string?
function Report:failure(err, text)
  write(io.stderr, self:failure_text(err, text))
end

return M
