-- The ordeal at full length: `script/lua spec/pipeline/soak.lua [RECORDS] [RANDOM_KILLS]`. 10,000 records; the
-- pipeline killed at 40 chosen points and at 200 random ones, while the sandbox loses, delays, resets and refuses
-- answers; then a last run to the end, and a count in the wallets. Says what it found; fails when anything is
-- lost or there twice.
package.path = "./?.lua;" .. package.path
local journal = require "credenco.journal"
local journal_report = require "credenco.journal.report"
local ordeal = require "spec.pipeline.ordeal"
local points = require "spec.pipeline.points"

local RECORDS = tonumber(arg[1]) or 10000
local RANDOM_KILLS = tonumber(arg[2]) or 200
local SEED = tonumber(arg[3]) or 20261123
local KILLED_PER_S = 50 -- slow enough that there is work left for every kill

local function count_into(outcomes, how)
  outcomes[how] = (outcomes[how] or 0) + 1
end

local function line(outcomes)
  local parts = {}
  for how, count in pairs(outcomes) do parts[#parts + 1] = ("%s x %d"):format(how, count) end
  table.sort(parts)
  return table.concat(parts, ", ")
end

local function totals_of(path)
  local held = assert(journal.open(path, { existing = true }))
  local totals = assert(journal_report.totals(held.db, "companies"))
  local reported = {}
  for problem in journal_report.each_problem(held.db, "companies") do reported[problem.key] = true end
  held:close()
  return totals, reported
end

local function show(path)
  local t = totals_of(path)
  print(("  journal: %d = %d issued + %d failed + %d unknown + %d skipped + %d pending"):format(
    t.input, t.issued, t.failed, t.unknown, t.skipped, t.pending))
end

math.randomseed(SEED)
local world = ordeal.start { records = RECORDS, wallets = math.max(20, math.floor(RECORDS / 50)) }
local ok, err = xpcall(function()
  world:faults(points.FAULTS, SEED)
  local chosen, random = {}, {}
  world.options.per_s = KILLED_PER_S
  for _ = 1, RANDOM_KILLS do count_into(random, world:run_for(math.random(150, 900))) end
  print("killed at random points: " .. line(random))
  show(world.journal)
  world.options.per_s = 4 * KILLED_PER_S
  for _, point in ipairs(points.CHOSEN) do count_into(chosen, world:run("run", point.event, point.count)) end
  print("killed at chosen points: " .. line(chosen))
  show(world.journal)
  world.options.per_s = nil
  local ends = {}
  for _ = 1, 3 do count_into(ends, world:run("run")) end
  print("runs to the end, faults on: " .. line(ends))
  world:faults({})
  print("last run, faults off: " .. tostring(world:run("run")))
  show(world.journal)
  local _, reported = totals_of(world.journal)
  local verdict = world:verdict(reported)
  print(("in the wallets: %s"):format(verdict))
  if verdict ~= "each once" then error("the ordeal was not survived", 0) end
end, debug.traceback)
if os.getenv "SOAK_SAID" then print(world:said()) end
world:stop()
if not ok then print(err) end
os.exit(ok and 0 or 1)
