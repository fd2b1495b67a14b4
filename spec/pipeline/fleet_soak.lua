-- The fleet at full length: `script/lua spec/pipeline/fleet_soak.lua [RECORDS] [KILLS] [SERVICE]`. For each of the
-- services in spec/pipeline/combinations.lua, or the one that is named: 10,000 records in a PostgreSQL journal, four
-- workers that are killed at random and started again, the database restarted under them twice, the sandbox losing,
-- delaying, resetting and refusing answers; then a count in the wallets.
package.path = "./?.lua;" .. package.path
local postgres = require "spec.pipeline.postgres"
local soaks = require "spec.pipeline.soaks"

local WORKERS, RESTARTS = 4, 2
local SHORTEST_MS, LONGEST_MS = 50, 400
-- Of offers that have a lifetime: there is always a worker at work, so the clock cannot go forward. An exchange behind
-- the response has to come in time on a busy machine, too.
local OFFER_TTL_S = { before = 5, after = 60 }

local function keep_running(world, workers)
  for i = 1, WORKERS do
    if not workers[i] or workers[i].code then workers[i] = world:spawn "work" end
  end
end

local function kill_one(workers)
  local victim = workers[math.random(WORKERS)]
  if victim.code then return 0 end
  victim.handle:kill("sigkill")
  return 1
end

-- Until there were so many kills, or nothing is left to do.
local function torment(world, kills, restart)
  local workers, killed, restarted = {}, 0, 0
  while killed < kills and world:told().pending > 0 do
    keep_running(world, workers)
    world:pause(math.random(SHORTEST_MS, LONGEST_MS))
    killed = killed + kill_one(workers)
    if killed > kills * (restarted + 1) / (RESTARTS + 1) and restarted < RESTARTS then
      restart()
      restarted = restarted + 1
    end
  end
  for i = 1, WORKERS do world:finished(workers[i]) end
  return killed
end

local function work(world)
  local workers = {}
  keep_running(world, workers)
  for i = 1, WORKERS do world:finished(workers[i]) end
end

local function survive(world, kills)
  local server = postgres.start()
  world.server, world.journal = server, server:database()
  assert(world:run "load" == 0, world:said())
  if world.behaviour.offer_ttl_s then world:behave { offer_ttl_s = OFFER_TTL_S[world.behaviour.exchange or "before"] } end
  soaks.begin(world)
  local killed = torment(world, kills, function() server:restart() end)
  soaks.finish(world, work)
  return ("%d/%d"):format(killed, kills)
end

soaks.main(arg, 100, survive)
