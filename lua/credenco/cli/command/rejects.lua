--- `credenco rejects`: the refused lines as they came, ready to be corrected and run again.
local arguments = require "credenco.cli.pipeline.arguments"
local counted = require "credenco.cli.pipeline.counted"
local journal_report = require "credenco.journal.report"
local journal_retry = require "credenco.journal.retry"
local journal_runs = require "credenco.journal.runs"
local opened = require "credenco.cli.pipeline.opened"
local usage = require "credenco.cli.usage"
local uv = require "luv"

local M = {
  summary = "Write the refused lines to a file, to be corrected.",
  description = [[
Writes the input lines of all failed records byte for byte, below their header line, and why each was
refused to a second file beside it. Correct the first file and run it: a corrected line replaces the
refused one. Lines that had no key to be known by leave the journal with this, or would stay refused.]],
  epilog = [[
Examples:
  credenco rejects company.lua --output rejects.csv
  credenco run company.lua rejects.csv --journal company.journal

]] .. arguments.JOURNAL,
}

function M.declare(command)
  opened.declare(command)
  command:group("Files",
    command:option "--output -o" :argname "FILE" :count "1"
      :description "Where the lines go; the reasons go to FILE.reasons.txt."
      :target "output",
    command:flag "--keep" :description "Leave lines without a key in the journal.")
end

local OWNER_ONLY = 384 -- 0600: the lines are what the journal keeps private

local function open_file(path)
  local fd, fd_err = uv.fs_open(path, "w", OWNER_ONLY)
  if not fd then usage.fail("--output: " .. fd_err) end
  uv.fs_close(fd)
  local file, err = io.open(path, "wb")
  if not file then usage.fail("--output: " .. err) end
  return file
end

-- What an earlier call wrote may be all there is of lines without a key, or half corrected by now.
local function refuse_to_overwrite(path)
  local there = uv.fs_stat(path)
  if there and there.size > 0 then
    usage.fail(("--output: %s is there already and is not overwritten; name another file, or remove it"):format(path))
  end
end

local function open_files(path)
  local reasons_path = path .. ".reasons.txt"
  refuse_to_overwrite(path)
  refuse_to_overwrite(reasons_path)
  return open_file(path), open_file(reasons_path)
end

-- Lines of one file share one header; those of another layout cannot stand below it.
local function layout_of(db, layouts, problem)
  local layout, err = layouts[problem.run], nil
  if not layout then
    layout, err = journal_runs.layout(db, problem.run)
    layouts[problem.run] = layout
  end
  return layout, err
end

local function same_layout(a, b)
  local function bare(header) return header and header:gsub("[\r\n]+$", "") end
  return a.format == b.format and bare(a.header) == bare(b.header)
end

local function write_line(lines, reasons, number, problem)
  local raw = problem.input
  lines:write(raw, raw:sub(-1) == "\n" and "" or "\n")
  local _, breaks = raw:gsub("\n", "")
  reasons:write(("line %d (%s, line %d%s): %s: %s\n"):format(number, problem.source or "?", problem.line,
    problem.key ~= "" and ", key " .. problem.key or "", problem.code or "?", problem.message or ""))
  return number + math.max(1, breaks)
end

local function write_all(db, workflow, lines, reasons)
  local layouts, runs, first, number, count, others = {}, {}, nil, 1, 0, 0
  for problem, err in journal_report.each_problem(db, workflow) do
    if err then return nil, err end
    if problem.state == "failed" and problem.input then
      local layout, layout_err = layout_of(db, layouts, problem)
      if not layout then return nil, layout_err or "a line's source is not in the journal" end
      if not first then
        first = layout
        if layout.header then
          lines:write(layout.header, layout.header:sub(-1) == "\n" and "" or "\n")
          number = 2
        end
      end
      if same_layout(first, layout) then
        number = write_line(lines, reasons, number, problem)
        runs[problem.run] = true
        count = count + 1
      else
        others = others + 1
      end
    end
  end
  return count, others, runs
end

local function close(file)
  local ok, err = file:close()
  return ok, err
end

function M.run(args)
  return opened.use(args, function(db, workflow)
    local lines, reasons = open_files(args.output)
    local count, others, runs = write_all(db, workflow, lines, reasons)
    local closed, close_err = close(lines)
    if closed then closed, close_err = close(reasons) end
    if not count then return nil, { code = "journal", message = others } end
    if not closed then return nil, { code = "unexpected", message = close_err } end
    local removed, removed_err = 0, nil
    if not args.keep then removed, removed_err = journal_retry.forget_broken(db, workflow, runs) end
    if not removed then return nil, { code = "journal", message = removed_err } end
    local text = ("%s written to %s, the reasons to %s.reasons.txt"):format(
      counted(count, "line"), args.output, args.output)
    if removed > 0 then
      text = ("%s; %d of them had no key and %s nowhere else now"):format(
        text, removed, removed == 1 and "stands" or "stand")
    end
    if others > 0 then
      text = text .. ("; %s left, for the next call"):format(
        counted(others, "line of files with another header is", "lines of files with another header are"))
    end
    return { workflow = workflow, lines = count, left = others, forgotten = removed }, text
  end)
end

return M
