--- The journal's entry for a line of the source: a record under its key, or a line that has ended because it has no
--- key.

local digest = require "openssl.digest"
local hex = require "credenco.base.hex"
local hooks = require "credenco.pipeline.hooks"
local jobs = require "credenco.pipeline.job"
local journal_runs = require "credenco.journal.runs"
local prepare = require "credenco.pipeline.prepare"

local M = {}

-- A line without a key is identified by its place in a file, and by its bytes unless the next reading is sure to have
-- the same bytes there.
local function place_of(source, item)
  local place = journal_runs.file_of(source)
  if place then return ("line %d of %s"):format(item.line, place) end
  return ("line %d: %s"):format(item.line, hex.encode(digest.new("sha256"):final(item.raw)))
end

-- Whether a person could correct the line: not if it is empty or cut.
local function kept_line(item)
  return not item.cut and item.raw ~= "" and item.raw or nil
end

local function failed_line(run, item, code, message)
  return { workflow = run.workflow.name, key = "", copy = place_of(run.source, item), run = run.id,
    line = item.line, event = "add_broken", input = kept_line(item), code = code, message = message }
end

local function raw_key(field, record)
  if type(field) == "table" then return true, record[field.column] end
  return hooks.call_apart(field, record)
end

local function key_problem(run, record)
  local ok, value = raw_key(run.workflow.key, record)
  if not ok then return nil, "key failed at " .. value end
  local key, problem = prepare.identifier("key", run.workflow.key, value)
  return key, problem and prepare.describe { problem }
end

--- The entry of a line. One that has ended has an `event`, for `credenco.journal.records.add_end`.
---@param run credenco.pipeline.Run
---@param item credenco.pipeline.Item
---@return credenco.pipeline.Job|table
function M.of_line(run, item)
  if item.broken then return failed_line(run, item, "broken_line", item.broken) end
  local key, problem = key_problem(run, item.record)
  if not key then return failed_line(run, item, "invalid_record", problem) end
  return jobs.of_line(key, item)
end

return M
