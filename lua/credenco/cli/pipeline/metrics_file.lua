--- `--metrics FILE`: the metrics of a run, for the textfile collector of node_exporter. The file exists from the start,
--- is replaced every ten seconds and at the end, and is always complete. Everybody may read it: nothing in it is
--- secret, and the collector is another user.
local exposition = require "credenco.metrics.exposition"
local files = require "credenco.cli.files"
local loop = require "credenco.loop"
local metrics = require "credenco.metrics"
local output = require "credenco.cli.output"
local records_metrics = require "credenco.cli.pipeline.records_metrics"
local usage = require "credenco.cli.usage"

local M = {}

local EVERY_MS = 10000
local BEGINS = "# HELP credenco_" -- as `credenco.metrics` writes its first family, which is always there

---@class credenco.cli.MetricsFile
---@field on_event fun(event: credenco.Event)
---@field private path string
---@field private metrics credenco.Metrics
---@field private run credenco.pipeline.Run?
---@field private due_ms number
---@field private ended { totals: table?, code: integer, at_s: integer }?
local MetricsFile = {}
MetricsFile.__index = MetricsFile

--- Adds the option.
function M.declare(command)
  return files.written(command:option "--metrics" :argname "FILE"
    :description "Write metrics to this file (*.prom), for the textfile collector of Prometheus' node_exporter.",
    { kept = true, begins = BEGINS })
end

local function watch_end(self, workflow)
  local function shown(name, help, of)
    self.metrics:watch(name, help, function()
      return self.ended and { { labels = { workflow = workflow }, value = of(self.ended) } }
    end)
  end
  records_metrics.of_journal(self.metrics, function()
    return { [workflow] = self.ended and self.ended.totals }
  end)
  shown("credenco_run_exit_code", "How the run ended; see its exit codes.", function(ended) return ended.code end)
  shown("credenco_run_end_timestamp_seconds", "When the run ended.", function(ended) return ended.at_s end)
end

-- The collector never reads a file that is not complete: those do not end in .prom. It drops a series that another file
-- has, too, so each series has the name of its file.
local function write(self)
  local text = exposition.with_label(self.metrics:text(), "file", self.path:match "[^/]*$")
  return output.write(self.path, text, "public")
end

---@param path string
---@return credenco.cli.MetricsFile
function M.new(path)
  local counted = metrics.new()
  return setmetatable({ path = path, metrics = counted, on_event = counted.on_event,
    due_ms = loop.now_ms() + EVERY_MS }, MetricsFile)
end

--- Begins the file. A file that cannot be written is a usage mistake.
---@param workflow string
function MetricsFile:begin(workflow)
  records_metrics.of_run(self.metrics, workflow, function() return self.run and self.run.counts end)
  watch_end(self, workflow)
  local ok, err = write(self)
  if not ok then usage.fail("--metrics: cannot write " .. tostring(err)) end
end

--- Call it often; it writes when it is time.
---@param run credenco.pipeline.Run
function MetricsFile:tick(run)
  local now_ms = loop.now_ms()
  self.run = run
  if now_ms < self.due_ms then return end
  self.due_ms = now_ms + EVERY_MS
  local ok, err = write(self)
  if not ok then run:warn("--metrics: cannot write " .. tostring(err)) end
end

--- The run has ended.
---@param totals credenco.journal.Totals?  nil if the journal cannot be read
---@param code integer  of the program
---@return boolean? ok
---@return string? problem
function MetricsFile:finish(totals, code)
  self.ended = { totals = totals, code = code, at_s = os.time() }
  local ok, err = write(self)
  if not ok then return nil, "--metrics: cannot write " .. tostring(err) end
  return true
end

return M
