-- From samples to a table for people and a document for programs.
local cjson = require "cjson"
local uv = require "luv"

local stats = require "bench.stats"

local M = {}

local function column(samples, field)
  local numbers = {}
  for i, sample in ipairs(samples) do
    numbers[i] = sample[field]
  end
  return numbers
end

local function machine()
  local cpus = uv.cpu_info()
  local system = uv.os_uname()
  return ("%d x %s, %s %s"):format(#cpus, cpus[1].model, system.sysname, system.release)
end

local function row(peer, samples, reference)
  local flows, cpu = column(samples, "flows_per_s"), column(samples, "cpu_ms_per_1000")
  return {
    peer = peer.name,
    about = peer.about,
    flows_per_s = stats.summary(flows),
    cpu_ms_per_1000 = stats.summary(cpu),
    flows_ratio = stats.summary(stats.ratios(flows, column(reference, "flows_per_s"))),
    cpu_ratio = stats.summary(stats.ratios(cpu, column(reference, "cpu_ms_per_1000"))),
    busy = stats.summary(column(samples, "busy")),
    server_busy = stats.summary(column(samples, "server_busy")),
    samples = samples,
  }
end

---@class bench.Report
---@field machine string
---@field date string
---@field flows integer
---@field rounds integer
---@field concurrency integer
---@field tls boolean
---@field rows table[] one per peer; the ratios refer to the first

--- Summarises the samples. Ratios are taken round by round, then summarised.
---@param peers bench.Peer[]
---@param samples table<string, bench.Sample[]>
---@param options bench.Options
---@return bench.Report
function M.make(peers, samples, options)
  local rows = {}
  for i, peer in ipairs(peers) do
    rows[i] = row(peer, samples[peer.name], samples[peers[1].name])
  end
  return {
    machine = machine(),
    date = os.date "!%Y-%m-%d",
    flows = options.flows,
    rounds = options.rounds,
    concurrency = options.concurrency,
    tls = options.tls or false,
    rows = rows,
  }
end

local function spread(summary, format)
  return (format .. "-" .. format):format(summary.min, summary.max)
end

local function cells(r)
  return {
    r.peer,
    ("%.0f"):format(r.flows_per_s.median), spread(r.flows_per_s, "%.0f"),
    ("%.2f"):format(r.flows_ratio.median),
    ("%.1f"):format(r.cpu_ms_per_1000.median), spread(r.cpu_ms_per_1000, "%.1f"),
    ("%.2f"):format(r.cpu_ratio.median),
    ("%.0f %%"):format(100 * r.busy.median), ("%.0f %%"):format(100 * r.server_busy.median),
    r.about,
  }
end

local HEADING = { "peer", "flows/s", "spread", "ratio", "CPU ms/1000", "spread", "ratio", "busy", "nginx busy", "" }

local function aligned(lines)
  local widths = {}
  for _, line in ipairs(lines) do
    for i, cell in ipairs(line) do
      widths[i] = math.max(widths[i] or 0, #cell)
    end
  end
  local out = {}
  for n, line in ipairs(lines) do
    local padded = {}
    for i, cell in ipairs(line) do
      local left = i == 1 or i == #line
      padded[i] = ("%" .. (left and "-" or "") .. widths[i] .. "s"):format(cell)
    end
    out[n] = (table.concat(padded, "  "):gsub("%s+$", ""))
  end
  return table.concat(out, "\n")
end

--- The report as a table for people.
---@param report bench.Report
---@return string
function M.text(report)
  local lines = { HEADING }
  for _, r in ipairs(report.rows) do
    lines[#lines + 1] = cells(r)
  end
  return ("%s; %s\n%d rounds of %d flows over %s, concurrency %d; medians, ratios to %s round by round\n\n%s\n"):format(
    report.machine, report.date, report.rounds, report.flows, report.tls and "TLS" or "plain http", report.concurrency,
    report.rows[1].peer, aligned(lines))
end

--- The report with every sample, as JSON.
---@param report bench.Report
---@return string
function M.json(report)
  return cjson.encode(report) .. "\n"
end

return M
