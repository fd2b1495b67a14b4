--- The progress of a run: a bar on a terminal, a line every ten seconds elsewhere, or JSON lines.
local json = require "credenco.base.json"
local loop = require "credenco.loop"
local terminal = require "credenco.cli.terminal"
local uv = require "luv"

local M = {}

local EVERY_MS = { bar = 200, lines = 10000, jsonl = 1000 }
local BAR_WIDTH, LEAST_BAR_WIDTH = 24, 8
local AROUND_BAR = #"[] 100%  "
local USUAL_COLUMNS = 80
local RATE_WINDOW_MS = 5000

---@class credenco.cli.Progress
---@field style "bar"|"lines"|"jsonl"|"none"
local Progress = {}
Progress.__index = Progress

--- The form that suits standard error.
---@return "bar"|"lines"
function M.default_style()
  return uv.guess_handle(2) == "tty" and "bar" or "lines"
end

---@param style "bar"|"lines"|"jsonl"|"none"
---@param source credenco.pipeline.Source?
---@param now number ms
---@return credenco.cli.Progress
function M.new(style, source, now)
  return setmetatable({ style = style, source = source, began_ms = now, due_ms = now, samples = { { now, 0 } } },
    Progress)
end

-- The total is known when the source was read. Before that, the share of its bytes that is read gives an estimate. If all
-- bytes are in memory, their lines are not counted yet.
local function expected_total(self, run)
  local read, bytes = run.counts.read, self.source and self.source.bytes
  if run.has_read then return read, true end
  if not bytes or not bytes.size or read == 0 or bytes.taken >= bytes.size then return nil end
  return math.floor(read * bytes.size / bytes.taken), false
end

-- The rate over the last seconds, so that a pause or a start shows at once.
local function per_second(self, now, done)
  local samples = self.samples
  samples[#samples + 1] = { now, done }
  while #samples > 2 and now - samples[1][1] > RATE_WINDOW_MS do table.remove(samples, 1) end
  local first = samples[1]
  if now == first[1] then return 0 end
  return (done - first[2]) * 1000 / (now - first[1])
end

local function duration(seconds)
  if seconds < 90 then return ("%d s"):format(seconds) end
  if seconds < 5400 then return ("%d min"):format(math.floor(seconds / 60 + 0.5)) end
  return ("%.1f h"):format(seconds / 3600)
end

-- A record that was open when the run began counts when it is done, not again when its line is read. For `load`, a line
-- is done when it is in the journal.
local function done_of(run)
  local counts = run.counts
  if not run.works then return counts.read end
  return counts:done() + math.max(0, counts.known - counts.corrected - math.max(counts.resumed, counts.waiting))
end

-- The seconds that are left of a pause that the server asked for, and the duration of an outage.
local function waits(run, now)
  local pause_ms = run.throttle.pause_until_ms - now
  local outage_ms = run.outage:lasts_ms(now)
  return pause_ms > 0 and math.ceil(pause_ms / 1000) or nil, outage_ms and math.floor(outage_ms / 1000)
end

--- The current numbers.
---@param run credenco.pipeline.Run
---@param now number ms
---@return table
function Progress:numbers(run, now)
  local counts = run.counts
  local done = done_of(run)
  local total, exact = expected_total(self, run)
  local rate = per_second(self, now, done)
  local pause_s, outage_s = waits(run, now)
  local moves = rate > 0 and not pause_s and not outage_s
  local left = total and moves and math.max(0, total - done) / rate or nil
  return { done = done, total = total, total_is_exact = exact, per_second = math.floor(rate * 10 + 0.5) / 10,
    known = counts.known, issued = counts.issued, failed = counts.failed, unknown = counts.unknown,
    skipped = counts.skipped,
    seconds_left = left and math.ceil(left), pause_seconds_left = pause_s, outage_seconds = outage_s }
end

local function waiting(numbers)
  local pause_s, outage_s = numbers.pause_seconds_left, numbers.outage_seconds
  return (pause_s and (", paused by the server for %s"):format(duration(pause_s)) or "")
    .. (outage_s and (", server out of reach for %s"):format(duration(outage_s)) or "")
end

--- The numbers as one line.
---@param numbers table
---@return string
function M.line(numbers)
  local of = numbers.total and (" of %s%d"):format(numbers.total_is_exact and "" or "about ", numbers.total) or ""
  local left = numbers.seconds_left and ", ends in " .. duration(numbers.seconds_left) or ""
  local unknown = numbers.unknown > 0 and (", %d unknown"):format(numbers.unknown) or ""
  local here = (numbers.known or 0) > 0 and " in this run" or "" -- a known record may have failed before
  return ("%d%s done, %.0f/s, %d failed%s%s%s%s"):format(
    numbers.done, of, numbers.per_second, numbers.failed, unknown, here, left, waiting(numbers))
end

--- The numbers as one line behind a bar, which takes the rest of the width; without a bar if there is no room.
---@param numbers table
---@param columns integer the width of the terminal
---@return string
function M.bar(numbers, columns)
  local line = M.line(numbers)
  local share = numbers.total and numbers.total > 0 and math.min(1, numbers.done / numbers.total)
  local width = math.min(BAR_WIDTH, columns - #line - AROUND_BAR)
  if not share or width < LEAST_BAR_WIDTH then return line end
  local full = math.floor(share * width)
  return ("[%s%s] %3d%%  %s"):format(("#"):rep(full), (" "):rep(width - full), math.floor(share * 100), line)
end

local ERASE, WRAP_OFF, WRAP_ON = "\r\27[K", "\27[?7l", "\27[?7h" -- ECMA-48 EL, DECAWM: a second line could not be erased

-- The last column stays free: some terminals wrap after it.
local function columns()
  return (terminal.columns(2) or USUAL_COLUMNS) - 1
end

local write = {}

function write.bar(numbers) io.stderr:write(ERASE, WRAP_OFF, M.bar(numbers, columns()), WRAP_ON) end
function write.lines(numbers) io.stderr:write(M.line(numbers), "\n") end
function write.jsonl(numbers) io.stderr:write(json.encode(numbers), "\n") end
function write.none() end

--- Call it often; it writes when it is time.
---@param run credenco.pipeline.Run
function Progress:tick(run)
  local now = loop.now_ms()
  if self.style == "none" or now < self.due_ms then return end
  if self.due_ms == self.began_ms and self.style == "lines" then
    self.due_ms = now + EVERY_MS.lines -- there is nothing to report yet
    return
  end
  self.due_ms = now + EVERY_MS[self.style]
  write[self.style](self:numbers(run, now))
end

--- Writes the last numbers, and moves to a new line.
---@param run credenco.pipeline.Run
function Progress:finish(run)
  if self.style == "bar" then
    write.bar(self:numbers(run, loop.now_ms()))
    io.stderr:write("\n")
  elseif self.style == "jsonl" then
    write.jsonl(self:numbers(run, loop.now_ms()))
  end
  io.stderr:flush()
end

return M
