--- The files that `credenco report` writes: problems as CSV, the report with problems as JSON, and issued credentials.
local files = require "credenco.cli.files"
local issued = require "credenco.cli.pipeline.issued"
local journal_report = require "credenco.journal.overview"
local journal_runs = require "credenco.journal.runs"
local records_file = require "credenco.cli.pipeline.records_file"

local M = {}

local PROBLEM_COLUMNS = { "key", "source", "line", "state", "step", "stage", "code", "message", "wallet_key" }

--- Refuses, as a usage mistake, to write to a source of the journal's records.
---@param args table
---@param db credenco.journal.Database
---@param workflow string
---@return boolean? ok
---@return string? err the journal's
function M.check(args, db, workflow)
  local sources, err = journal_runs.sources(db, workflow)
  if not sources then return nil, err end
  local inputs = {}
  for i, source in ipairs(sources) do inputs[i] = { path = source.place, what = "a source of these records" } end
  files.check_more(args, inputs)
  return true
end

local function failure(err, is_reading)
  return { code = is_reading and "journal" or "unexpected", message = err }
end

local function write_records(path, form, columns, next_record)
  local file, err = records_file.open(path, form, columns)
  if not file then return nil, failure(err) end
  local ok, write_err, is_reading = records_file.write(file, next_record)
  if not ok then return nil, failure(write_err, is_reading) end
  return true
end

local function write_issued(path, db, workflow)
  local next_credential, err = issued.each(db, workflow)
  if not next_credential then return nil, failure(err, true) end
  return write_records(path, records_file.form_of(path), issued.COLUMNS, next_credential)
end

--- Writes the requested files.
---@param args table
---@param db credenco.journal.Database
---@param report table
---@return boolean? ok
---@return { code: string, message: string }? err
function M.write(args, db, report)
  local ok, err = true, nil
  local function problems() return journal_report.each_problem(db, report.workflow) end
  if args.csv then ok, err = write_records(args.csv, records_file.CSV, PROBLEM_COLUMNS, problems()) end
  if ok and args.json_file then
    ok, err = write_records(args.json_file, records_file.inside(report), PROBLEM_COLUMNS, problems())
  end
  if ok and args.issued then ok, err = write_issued(args.issued, db, report.workflow) end
  return ok, err
end

return M
