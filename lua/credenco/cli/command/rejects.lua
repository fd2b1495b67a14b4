--- `credenco rejects`: the refused lines in their original form, ready for you to correct and run again.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local counted = require "credenco.cli.pipeline.counted"
local encoding = require "credenco.pipeline.source.encoding"
local files = require "credenco.cli.files"
local formats = require "credenco.pipeline.source.formats"
local journal_report = require "credenco.journal.overview"
local journal_retry = require "credenco.journal.retry"
local journal_runs = require "credenco.journal.runs"
local json = require "credenco.base.json"
local new_files = require "credenco.cli.pipeline.new_files"
local opened = require "credenco.cli.pipeline.opened"
local source = require "credenco.pipeline.source"
local usage = require "credenco.cli.usage"

local M = {
  wraps = true,
  description = [[
Writes the input lines of all failed records to a new file, byte for byte, below their header line. A
second file beside it has the reasons. Correct the first file and run it: a corrected line replaces the
refused one. Lines without a key are removed from the journal, because a corrected line could not
replace them there.
Lines from files with a different header go to separate files: rejects.2.csv beside rejects.csv, and so on.
No file is overwritten: if one of them exists, nothing is written.]],
  epilog = [[
Examples:
  credenco rejects company.lua --output rejects.csv
  credenco run company.lua rejects.csv --journal company.journal

]] .. arguments.JOURNAL,
}

local REASONS = new_files.REASONS

local function with_reasons(path) return { path, path and path .. REASONS } end

function M.declare(command)
  opened.declare(command)
  command:group("Files",
    files.written(command:option "--output -o" :argname "FILE" :count "1" :target "output"
      :description "A new file for the lines; the reasons go to FILE.reasons.txt.",
      { anew = true, paths = with_reasons }),
    command:flag "--keep" :description "Leave lines without a key in the journal.")
end

--- Lines that go into one file, because they are read in the same way.
---@class credenco.cli.Rejects
---@field layout { format: string, header: string?, encoding: string? }
---@field lines credenco.cli.NewFile
---@field reasons credenco.cli.NewFile
---@field number integer of the next line
---@field count integer records in the file

-- Further files have a number before the extension: r.csv, r.2.csv.
local function numbered(path, number)
  if number == 1 then return path end
  local stem, extension = path:match "^(.*[^/])(%.[^./]+)$"
  return ("%s.%d%s"):format(stem or path, number, extension or "")
end

local function layout_of(db, run)
  local layout, err = journal_runs.layout(db, run)
  if not layout then return nil, { code = "journal", message = err or "a line's source is not in the journal" } end
  return { format = formats.kept(layout.format), header = layout.header, encoding = layout.encoding }
end

local function same_layout(a, b)
  local function bare(header) return header and header:gsub("[\r\n]+$", "") end
  return a.format == b.format and a.encoding == b.encoding and bare(a.header) == bare(b.header)
end

local function write_lines(rejects, text)
  if text:sub(-1) ~= "\n" then text = text .. "\n" end
  local _, breaks = text:gsub("\n", "")
  rejects.number = rejects.number + breaks
  return rejects.lines:write(encoding.encoded(text, rejects.layout.encoding))
end

local function create(job, layout)
  local path = numbered(job.path, #job.list + 1)
  local lines, err = job.files:create(path)
  local reasons
  if lines then reasons, err = job.files:create(path .. REASONS) end
  if not reasons then return nil, { code = "usage", message = "--output: " .. err } end
  local rejects = { layout = layout, lines = lines, reasons = reasons, number = 1, count = 0 }
  job.list[#job.list + 1] = rejects
  local ok, write_err = lines:write(encoding.mark_of(layout.encoding))
  if ok and layout.header then ok, write_err = write_lines(rejects, layout.header) end
  if not ok then return nil, { code = "unexpected", message = write_err } end
  return rejects
end

local function with_layout(job, layout)
  for _, rejects in ipairs(job.list) do
    if same_layout(rejects.layout, layout) then return rejects end
  end
  return create(job, layout)
end

-- The file for the lines of a run.
local function rejects_of(job, run)
  if job.of_run[run] then return job.of_run[run] end
  local layout, err = layout_of(job.db, run)
  local rejects
  if layout then rejects, err = with_layout(job, layout) end
  job.of_run[run] = rejects
  return rejects, err
end

local function reason(number, problem)
  return ("line %d (%s, line %d%s): %s: %s\n"):format(number, problem.source or "?", problem.line,
    problem.key ~= "" and ", key " .. problem.key or "", problem.code or "?", problem.message or "")
end

local function write_problem(job, problem)
  local rejects, err = rejects_of(job, problem.run)
  if not rejects then return nil, err end
  local ok, write_err = rejects.reasons:write(reason(rejects.number, problem))
  if ok then ok, write_err = write_lines(rejects, problem.input) end
  if not ok then return nil, { code = "unexpected", message = write_err } end
  rejects.count = rejects.count + 1
  if problem.key == "" then job.last_lines[problem.run] = problem.line end
  return true
end

local function write_problems(job)
  for problem, err in journal_report.each_problem(job.db, job.workflow, true) do
    if err then return nil, { code = "journal", message = err } end
    if problem.state == "failed" and not problem.input then
      job.without_line = job.without_line + 1
    elseif problem.state == "failed" then
      local ok, write_err = write_problem(job, problem)
      if not ok then return nil, write_err end
    end
  end
  local ok, err = job.files:finish()
  if not ok then return nil, { code = "unexpected", message = err } end
  return true
end

local function write_all(job)
  local ok, err = write_problems(job)
  if ok then return true end
  job.files:discard()
  if err.code == "usage" then usage.fail(err.message) end
  return nil, { code = err.code, message = err.message .. "; no file was left, and the journal is as it was" }
end

local function forget(job)
  local removed, err = journal_retry.forget_broken(job.db, job.workflow, job.last_lines)
  if removed then return removed end
  return nil, { code = "journal",
    message = ("%s; the lines were written to %s, and may be in the journal still"):format(err, job.path) }
end

-- The difference of a further file, and the flags that a run needs to read it.
local function remark(job, rejects)
  local format, header = rejects.layout.format, rejects.layout.header
  local parts = {}
  if rejects ~= job.list[1] then parts[1] = header and "its header is different" or "it has no header" end
  if source.format_of(rejects.lines.path, header or "") ~= format then
    parts[#parts + 1] = "run it with --format " .. format
  end
  local name = rejects.layout.encoding
  if name and encoding.mark_of(name) == "" then parts[#parts + 1] = "run it with --encoding " .. name end
  return parts[1] and ": " .. table.concat(parts, "; ") or ""
end

local function text_of(job, removed)
  local text = {}
  if not job.list[1] then text[1] = "no failed record has a line in the journal; no file was written" end
  for i, rejects in ipairs(job.list) do
    text[i] = ("%s written to %s, the reasons to %s%s"):format(counted(rejects.count, "line"), rejects.lines.path,
      rejects.reasons.path, remark(job, rejects))
  end
  if removed > 0 then
    text[#text + 1] = ("%d of them had no key and %s no longer in the journal"):format(
      removed, removed == 1 and "is" or "are")
  end
  if job.without_line > 0 then
    text[#text + 1] = counted(job.without_line, "failed line is", "failed lines are")
      .. " not in the journal (too long, or not JSON): see `credenco report --csv FILE`"
  end
  return table.concat(text, "\n")
end

local function result_of(job, removed)
  local result = { workflow = job.workflow, lines = 0, forgotten = removed, without_line = job.without_line,
    files = json.array() }
  for i, rejects in ipairs(job.list) do
    result.lines = result.lines + rejects.count
    result.files[i] = { file = rejects.lines.path, reasons = rejects.reasons.path, lines = rejects.count }
  end
  return result
end

function M.run(args)
  return opened.use(args, function(db, workflow)
    local job = { db = db, workflow = workflow, path = args.output, files = new_files.new(), list = {}, of_run = {},
      last_lines = {}, without_line = 0 }
    local ok, err = write_all(job)
    if not ok then return nil, err end
    local removed, removed_err = 0, nil
    if not args.keep then removed, removed_err = forget(job) end
    if not removed then return nil, removed_err end
    return result_of(job, removed), text_of(job, removed)
  end)
end

return M
