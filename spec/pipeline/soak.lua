-- The ordeal at full length: `script/lua spec/pipeline/soak.lua [RECORDS] [RANDOM_KILLS] [SERVICE]`. For each of the
-- services in spec/pipeline/combinations.lua, or the one that is named: 10,000 records; the pipeline killed at 40 chosen
-- points and at 200 random ones, while the sandbox loses, delays, resets and refuses answers; then runs to the end, and
-- a count in the wallets. Ends with 1 when anything is lost, there twice, or called what it is not.
package.path = "./?.lua;" .. package.path
local points = require "spec.pipeline.points"
local soaks = require "spec.pipeline.soaks"

local CHOSEN_MS = 1500 -- a point that is not come to until then is none of this service
local SHORTEST_MS, LONGEST_MS = 120, 400
local OLD = 0.5 -- share of the kills behind which offers expire
-- Records that a run begins in a second, so that there is work left for every kill: a kill takes a third of a second.
local PACE = 2

local function killed(world, ms, point)
  local how = world:run_for(ms, point and point.event, point and point.count)
  if math.random() < OLD then world:expire_offers() end
  return how == "killed" and 1 or 0
end

local function survive(world, random_kills)
  soaks.begin(world)
  local hits = 0
  local whole = world.options.per_s
  local per_s = math.max(20, PACE * world.records / (random_kills + #points.CHOSEN))
  world.options.per_s = 2 * per_s -- some points are far from the beginning
  for _, point in ipairs(points.CHOSEN) do hits = hits + killed(world, CHOSEN_MS, point) end
  world.options.per_s = per_s
  for _ = 1, random_kills do hits = hits + killed(world, math.random(SHORTEST_MS, LONGEST_MS)) end
  world.options.per_s = whole
  soaks.finish(world, function() world:run "run" end)
  return ("%d/%d"):format(hits, random_kills + #points.CHOSEN)
end

soaks.main(arg, 200, survive)
