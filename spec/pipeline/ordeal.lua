-- An ordeal for the pipeline: a sandbox with many wallets, a file of records, processes that die, and at the end
-- a count in the wallets themselves.
local cjson = require "cjson"
local credenco = require "credenco"
local journal = require "credenco.journal"
local journal_report = require "credenco.journal.overview"
local files = require "spec.support.files"
local sandbox = require "credenco.sandbox"
local states = require "credenco.journal.states"
local uv = require "luv"
local wait = require "spec.support.wait"

local M = {}

local LIMIT_MS = 3600000
local SETTLE_MS = 20
-- A wallet that gives up behind its 201, on a machine that is too busy, is nothing that a pipeline could know. For such a
-- machine are the other limits, too.
local EXCHANGE_TIMEOUT_MS = 120000
local OFFER_TTL_S = 86400 -- where a service says nothing else
local STARTUP_TIMEOUT_MS = 120000
local TIMEOUT_MS = 300000

local Ordeal = {}
Ordeal.__index = Ordeal

local function wallets(count)
  local list = {}
  for i = 1, count do
    list[i] = { key = ("wallet-%04d"):format(i), name = "Wallet " .. i, trusts_issuer = true }
  end
  return list
end

-- Short bounds: what waits for an answer that never comes is not what an ordeal is about.
local RUN = { concurrency = 32, attempts = 8, keep_going = true, new_journal = true, stale_confirm_ms = 300 }

local function copied(...)
  local all = {}
  for i = 1, select("#", ...) do
    for name, value in pairs((select(i, ...))) do all[name] = value end
  end
  return all
end

---@param options { records: integer, wallets: integer?, behaviour: table?, run: table?, limit_ms: integer? } behaviour:
--- the sandbox's; run: options of the pipeline; limit_ms: how long a process may take
function M.start(options)
  local self = setmetatable({ records = options.records, wallets = options.wallets or 20,
    limit_ms = options.limit_ms or LIMIT_MS }, Ordeal)
  self.sandbox = assert(sandbox.start { wallets = wallets(self.wallets),
    behaviour = copied({ offer_ttl_s = OFFER_TTL_S }, options.behaviour or {}),
    exchange_timeout_ms = EXCHANGE_TIMEOUT_MS, startup_timeout_ms = STARTUP_TIMEOUT_MS })
  self.client = credenco.new { base_url = self.sandbox.base_url, api_key = self.sandbox.api_key,
    max_body_bytes = 64 * 1024 * 1024, timeout_ms = TIMEOUT_MS }
  self.behaviour, self.options = copied(options.behaviour or {}), copied(RUN, options.run or {})
  self.folder = files.temporary_folder()
  self.csv = self.folder .. "/companies.csv"
  self.journal = self.folder .. "/companies.journal"
  self:write_csv()
  return self
end

function Ordeal:id(i)
  return tostring(10000000 + i)
end

function Ordeal:write_csv()
  local lines = { "coc_number,wallet,legal_name\n" }
  for i = 1, self.records do
    lines[i + 1] = ("%s,wallet-%04d,Company %d B.V.\n"):format(self:id(i), i % self.wallets + 1, i)
  end
  files.write(self.csv, table.concat(lines))
end

--- Changes the sandbox's behaviour.
function Ordeal:behave(changes)
  for name, value in pairs(changes) do self.behaviour[name] = value end
  assert(self.client:request { method = "PUT", path = "/sandbox/behaviour", json = changes })
end

--- Makes the sandbox misbehave; no rules: behave again.
function Ordeal:faults(rules, seed)
  assert(self.client:request { method = "PUT", path = "/sandbox/faults",
    json = { seed = seed or 1, rules = credenco.array(rules or {}) } })
end

-- Without the aggressive collector that the specs may run under: dozens of processes start here.
local function environment()
  local list = { "LUA_PATH=" .. package.path, "LUA_CPATH=" .. package.cpath }
  for name, value in pairs(uv.os_environ()) do
    if not name:find("^LUA_") then list[#list + 1] = name .. "=" .. value end
  end
  return list
end

--- Starts the pipeline in a process of its own.
---@param mode "run"|"load"|"work"
---@param event? string where it kills itself
---@param count? integer the how-manieth time
function Ordeal:spawn(mode, event, count)
  local process = { output = self.folder .. "/output" }
  local log = assert(uv.fs_open(process.output, "a", 384))
  process.handle = assert(uv.spawn(uv.exepath(), {
    args = { "spec/pipeline/victim.lua", mode, event or "none", tostring(count or 1), self.csv, self.journal,
      self.sandbox.base_url, self.sandbox.api_key, cjson.encode(self.options) },
    stdio = { nil, log, log }, env = environment(),
  }, function(code, signal)
    process.code, process.signal = code, signal
    process.handle:close()
  end))
  uv.fs_close(log)
  return process
end

local function has_ended(process, limit_ms)
  return wait.until_true(function() return process.code end, limit_ms)
end

--- Waits for a process; gives its exit code, or "killed". Throws when it takes too long: while it is at work nobody can
--- say what the journal and the wallets will hold.
function Ordeal:finished(process)
  if not has_ended(process, self.limit_ms) then
    process.handle:kill("sigkill")
    has_ended(process, LIMIT_MS)
    error(("a run did not end within %d ms\n%s"):format(self.limit_ms, self:said()), 0)
  end
  return process.signal == 9 and "killed" or process.code
end

--- Runs the pipeline to its end, however that looks.
function Ordeal:run(mode, event, count)
  return self:finished(self:spawn(mode, event, count))
end

--- Runs it and kills it from outside after a while, unless it ends or kills itself before.
function Ordeal:run_for(ms, event, count)
  local process = self:spawn("run", event, count)
  local timer = uv.new_timer()
  timer:start(ms, 0, function()
    timer:close()
    if not process.code then process.handle:kill("sigkill") end
  end)
  local how = self:finished(process)
  if not timer:is_closing() then timer:close() end
  return how
end

--- What the processes said on their way.
function Ordeal:said()
  return files.read(self.folder .. "/output") or ""
end

--- How often each record is in a wallet. Records that are not in any are 0.
---@return table<string, integer> counts
---@return string discarded why wallets have discarded what, and how much of it
function Ordeal:count()
  local counts, discarded = {}, {}
  for i = 1, self.records do counts[self:id(i)] = 0 end
  for w = 1, self.wallets do
    local answer, err = self.client:request { path = ("/sandbox/wallets/wallet-%04d"):format(w) }
    assert(answer, tostring(err))
    for _, credential in ipairs(answer.json.credentials) do
      local id = credential.claims.id
      counts[id] = (counts[id] or 0) + 1
    end
    for _, what in ipairs(answer.json.discarded) do discarded[what.reason] = (discarded[what.reason] or 0) + 1 end
  end
  return counts, cjson.encode(discarded)
end

local OPEN = "SELECT key FROM credenco_record WHERE workflow = 'companies' AND " .. states.IS_OPEN

--- What the journal says: how many records stand where, and the states of those that were not issued, by key.
---@return credenco.journal.Totals totals
---@return table<string, "failed"|"unknown"|"skipped"|"open"> reported
function Ordeal:told()
  local held = assert(journal.open(self.journal, { existing = true }))
  local totals, reported = assert(journal_report.totals(held.db, "companies")), {}
  for problem in journal_report.each_problem(held.db, "companies") do reported[problem.key] = problem.state end
  for _, row in ipairs(assert(held.db:rows(OPEN))) do reported[row[1]] = "open" end
  held:close()
  return totals, reported
end

--- Makes offers that have a lifetime expire, once the wallets have taken those that were pushed.
function Ordeal:expire_offers()
  local ttl_s = self.behaviour.offer_ttl_s
  if not ttl_s then return end
  self:settle()
  assert(self.client:request { method = "POST", path = "/sandbox/clock", json = { advance_s = ttl_s } })
end

--- Lets time pass.
function Ordeal.pause(_, ms)
  wait.until_true(function() return false end, ms)
end

--- Waits until the wallets have done what they were asked to: a push may be answered before.
function Ordeal:settle()
  while assert(self.client:request { path = "/sandbox/exchanges" }).json.under_way > 0 do self:pause(SETTLE_MS) end
end

-- How often a record may be in a wallet, by what the journal calls it; what is open at the end is wrong in any case.
local MAY_BE_THERE = {
  issued = { [1] = true },
  unknown = { [0] = true, [1] = true },
  failed = { [0] = true },
  skipped = { [0] = true },
  open = {},
}

--- Says whether the journal tells the truth: what it calls issued is in its wallet once, what it calls failed is
--- not, only what is unknown may be or not, and nothing is open.
---@return string verdict "the truth", or what is wrong
function Ordeal:truth()
  self:settle()
  local _, reported = self:told()
  local wrong, counts, discarded = {}, self:count()
  for id, count in pairs(counts) do
    local state = reported[id] or "issued"
    if not MAY_BE_THERE[state][count] then
      wrong[#wrong + 1] = ("%s is called %s and is there %d times"):format(id, state, count)
    end
  end
  if #wrong == 0 then return "the truth" end
  return ("%d wrong: %s\nwallets discarded: %s\n%s"):format(#wrong,
    table.concat(wrong, "; ", 1, math.min(#wrong, 10)), discarded, self:said())
end

--- Says whether every record is in its wallet exactly once, leaving out those that `reported` names.
---@param reported? table<string, boolean>
---@return string verdict "each once", or what is wrong
function Ordeal:verdict(reported)
  local none, many = {}, {}
  for id, count in pairs(self:count()) do
    if count > 1 then many[#many + 1] = id end
    if count == 0 and not (reported and reported[id]) then none[#none + 1] = id end
  end
  if #none == 0 and #many == 0 then return "each once" end
  return ("%d lost (%s), %d twice (%s)\n%s"):format(
    #none, tostring(none[1]), #many, tostring(many[1]), self:said())
end

function Ordeal:stop()
  self.client:close()
  self.sandbox:stop()
  if self.server then self.server:stop() end
  files.remove_folder(self.folder)
end

return M
