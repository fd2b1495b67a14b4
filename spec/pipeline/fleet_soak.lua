-- The fleet at full length: `script/lua spec/pipeline/fleet_soak.lua [RECORDS] [KILLS]`. 10,000 records in a
-- PostgreSQL journal, four workers that are killed at random and started again, the database restarted under them
-- three times, the sandbox losing, delaying, resetting and refusing answers; then a count in the wallets.
package.path = "./?.lua;" .. package.path
local journal = require "credenco.journal"
local journal_report = require "credenco.journal.report"
local ordeal = require "spec.pipeline.ordeal"
local points = require "spec.pipeline.points"
local postgres = require "spec.pipeline.postgres"
local uv = require "luv"

local RECORDS = tonumber(arg[1]) or 10000
local KILLS = tonumber(arg[2]) or 100
local WORKERS, RESTARTS = 4, 3
local SEED = 20261123

local function wait_ms(ms)
  local over = false
  local timer = uv.new_timer()
  timer:start(ms, 0, function() over = true end)
  while not over do uv.run("once") end
  timer:close()
end

local function totals(world)
  local held = assert(journal.open(world.journal))
  local result = assert(journal_report.totals(held.db, "companies"))
  held:close()
  return result
end

local function keep_running(world, workers)
  for i = 1, WORKERS do
    if not workers[i] or workers[i].code then workers[i] = world:spawn("work") end
  end
end

local function kill_one(workers)
  local victim = workers[math.random(WORKERS)]
  if victim.code then return 0 end
  victim.handle:kill("sigkill")
  return 1
end

math.randomseed(SEED)
local server = postgres.start()
local world = ordeal.start { records = RECORDS, wallets = math.max(20, math.floor(RECORDS / 50)) }
world.journal = server:database()
local ok, err = xpcall(function()
  assert(world:run("load") == 0, world:said())
  world:faults(points.FAULTS, SEED)
  local workers, killed, restarted = {}, 0, 0
  while killed < KILLS and totals(world).pending > 0 do
    keep_running(world, workers)
    wait_ms(math.random(100, 700))
    killed = killed + kill_one(workers)
    if restarted < RESTARTS and killed > KILLS * (restarted + 1) / (RESTARTS + 1) then
      server:restart()
      restarted = restarted + 1
    end
  end
  print(("killed %d workers, restarted the database %d times; %d records still open"):format(
    killed, restarted, totals(world).pending))
  world:faults({})
  for i = 1, WORKERS do world:finished(workers[i]) end
  keep_running(world, workers)
  for i = 1, WORKERS do print("worker ended with " .. tostring(world:finished(workers[i]))) end
  local t = totals(world)
  print(("journal: %d = %d issued + %d failed + %d unknown + %d skipped + %d pending"):format(
    t.input, t.issued, t.failed, t.unknown, t.skipped, t.pending))
  local verdict = world:verdict()
  print("in the wallets: " .. verdict)
  if verdict ~= "each once" then error("the ordeal was not survived", 0) end
end, debug.traceback)
world:stop()
server:stop()
if not ok then print(err) end
os.exit(ok and 0 or 1)
