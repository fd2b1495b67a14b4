--- How far a run is: a bar that is drawn over on a terminal, a line every ten seconds elsewhere, or JSON lines.
local json = require "credenco.json"
local uv = require "luv"

local M = {}

local EVERY_MS = { bar = 200, lines = 10000, jsonl = 1000 }
local BAR_WIDTH = 24
local RATE_WINDOW_MS = 5000

---@class credenco.cli.Progress
---@field style "bar"|"lines"|"jsonl"|"none"
local Progress = {}
Progress.__index = Progress

--- What suits where standard error goes.
---@return "bar"|"lines"
function M.default_style()
  return uv.guess_handle(2) == "tty" and "bar" or "lines"
end

---@param style "bar"|"lines"|"jsonl"|"none"
---@param source credenco.pipeline.Source?
---@return credenco.cli.Progress
function M.new(style, source)
  local now = uv.hrtime() / 1e6
  return setmetatable({ style = style, source = source, began_ms = now, due_ms = now, samples = {} }, Progress)
end

-- The total is known when the source ends; before, the part of its bytes that is read tells how much is to come.
local function expected_total(self, counts)
  local bytes = self.source and self.source.bytes
  if not bytes or not bytes.size then return nil end
  if bytes.taken >= bytes.size then return counts.read, true end
  if counts.read == 0 or bytes.taken == 0 then return nil end
  return math.floor(counts.read * bytes.size / bytes.taken), false
end

-- Over the last seconds, so that a pause or a start shows at once.
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

-- What was open when the run began is counted when it is done, and not for its line having been met as well.
local function done_of(counts)
  return counts:done() + math.max(0, counts.known - counts.resumed)
end

--- The numbers of this moment.
---@param counts credenco.pipeline.Counts
---@param now number ms
---@return table
function Progress:numbers(counts, now)
  local done = done_of(counts)
  local total, exact = expected_total(self, counts)
  local rate = per_second(self, now, done)
  local left = total and rate > 0 and math.max(0, total - done) / rate or nil
  return { done = done, total = total, total_is_exact = exact, per_second = math.floor(rate * 10 + 0.5) / 10,
    issued = counts.issued, failed = counts.failed, unknown = counts.unknown, skipped = counts.skipped,
    seconds_left = left and math.ceil(left) }
end

--- The numbers as one line.
---@param numbers table
---@return string
function M.line(numbers)
  local of = numbers.total and (" of %s%d"):format(numbers.total_is_exact and "" or "about ", numbers.total) or ""
  local left = numbers.seconds_left and ", ends in " .. duration(numbers.seconds_left) or ""
  local unknown = numbers.unknown > 0 and (", %d unknown"):format(numbers.unknown) or ""
  return ("%d%s done, %.0f/s, %d failed%s%s"):format(
    numbers.done, of, numbers.per_second, numbers.failed, unknown, left)
end

local function bar(numbers)
  local share = numbers.total and numbers.total > 0 and math.min(1, numbers.done / numbers.total)
  if not share then return "" end
  local full = math.floor(share * BAR_WIDTH)
  return ("[%s%s] %3d%%  "):format(("#"):rep(full), (" "):rep(BAR_WIDTH - full), math.floor(share * 100))
end

local write = {}

function write.bar(numbers) io.stderr:write("\r\27[K", bar(numbers), M.line(numbers)) end
function write.lines(numbers) io.stderr:write(M.line(numbers), "\n") end
function write.jsonl(numbers) io.stderr:write(json.encode(numbers), "\n") end
function write.none() end

--- To be called often; writes when it is time.
---@param run credenco.pipeline.Run
function Progress:tick(run)
  local now = uv.hrtime() / 1e6
  if self.style == "none" or now < self.due_ms then return end
  if self.due_ms == self.began_ms and self.style == "lines" then
    self.due_ms = now + EVERY_MS.lines -- nothing to tell yet
    return
  end
  self.due_ms = now + EVERY_MS[self.style]
  write[self.style](self:numbers(run.counts, now))
end

--- The last word, and room for what comes after it.
---@param run credenco.pipeline.Run
function Progress:finish(run)
  if self.style == "bar" then
    write.bar(self:numbers(run.counts, uv.hrtime() / 1e6))
    io.stderr:write("\n")
  elseif self.style == "jsonl" then
    write.jsonl(self:numbers(run.counts, uv.hrtime() / 1e6))
  end
  io.stderr:flush()
end

return M
