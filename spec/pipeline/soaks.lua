-- The common part of spec/pipeline/soak.lua and fleet_soak.lua: one combination of the sandbox's behaviours in this
-- process, or each of them in a process of its own, some at a time; a row of a table for each.
local combinations = require "spec.pipeline.combinations"
local ordeal = require "spec.pipeline.ordeal"
local points = require "spec.pipeline.points"
local uv = require "luv"

local M = {}

local AT_A_TIME = tonumber(os.getenv "CREDENCO_SOAKS") or 2
local SEED = 20261123
local ROW = "%-52s %9s %7s %7s %7s %7s %6s  %s"
local HEAD = ROW:format("service", "kills hit", "issued", "failed", "unknown", "skipped", "time", "journal and wallets")

local function combination_of(name)
  for _, combination in ipairs(combinations) do
    if combination.name == name then return combination end
  end
  error("no combination is called " .. name, 0)
end

local function row_of(name, world, killed, began_ns)
  local verdict, totals = world:truth(), world:told()
  local seconds = math.floor((uv.hrtime() - began_ns) / 1e9 + 0.5)
  return verdict == "the truth", ROW:format(name, killed, totals.issued, totals.failed, totals.unknown, totals.skipped,
    ("%d s"):format(seconds), verdict)
end

-- Puts a world with that service through it; `survive` says how many kills hit.
local function soak(name, records, survive)
  local began_ns = uv.hrtime()
  local world = ordeal.start { records = records, wallets = math.max(20, math.floor(records / 50)),
    behaviour = combination_of(name).behaviour }
  math.randomseed(SEED)
  local ok, good, row = xpcall(function()
    local killed = survive(world)
    return row_of(name, world, killed, began_ns)
  end, debug.traceback)
  if os.getenv "SOAK_SAID" then io.stderr:write(world:said()) end
  world:stop()
  print(ok and row or ("%s: %s"):format(name, good))
  return ok and good
end

-- Lets so many processes work the list off; gives how many of them ended badly.
local function work_off(list, command)
  local bad, next_one, running = 0, 1, 0
  local start
  local function ended(code)
    running = running - 1
    if code ~= 0 then bad = bad + 1 end
    start()
  end
  function start()
    while running < AT_A_TIME and list[next_one] do
      local args = command(list[next_one])
      next_one, running = next_one + 1, running + 1
      local process
      process = assert(uv.spawn(uv.exepath(), { args = args, stdio = { nil, 1, 2 } }, function(code)
        process:close()
        ended(code)
      end))
    end
  end
  start()
  uv.run()
  return bad
end

local function soak_all(program, records, kills)
  print(HEAD)
  local bad = work_off(combinations, function(combination)
    return { program, tostring(records), tostring(kills), combination.name }
  end)
  print(("%d of %d services survived"):format(#combinations - bad, #combinations))
  return bad == 0
end

--- What a program is asked for, `PROGRAM [RECORDS] [KILLS] [NAME]`; ends the process, with 1 where a journal lied.
---@param arguments table
---@param kills integer unless told otherwise
---@param survive fun(world: table, kills: integer): string
function M.main(arguments, kills, survive)
  io.stdout:setvbuf "line"
  local records = tonumber(arguments[1]) or 10000
  kills = tonumber(arguments[2]) or kills
  local good
  if arguments[3] then
    good = soak(arguments[3], records, function(world) return survive(world, kills) end)
  else
    good = soak_all(arguments[0], records, kills)
  end
  os.exit(good and 0 or 1)
end

--- The last runs: on the bad network still, then on a good one, until nothing is open.
function M.finish(world, run)
  run(world)
  world:expire_offers()
  world:faults {}
  run(world)
  run(world)
end

--- The bad network of every soak.
function M.begin(world)
  world:faults(points.FAULTS, SEED)
end

return M
