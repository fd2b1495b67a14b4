--- Many direct issues at once into one wallet: `script/lua spec/sandbox/soak.lua [count] [concurrency]`.
--
-- Says how many were kept, whether any was kept twice, how much memory the workers took, and
-- how long the page and the status call took to answer meanwhile. Fails when one is missing.
package.path = "./?.lua;" .. package.path
local cjson = require "cjson"
local credenco = require "credenco"
local loop = require "credenco.loop"
local worlds = require "spec.sandbox.world"

local COUNT = tonumber(arg and arg[1]) or 2000
local CONCURRENCY = tonumber(arg and arg[2]) or 32

--- Memory of its own; the state all workers share is not counted.
local function own_kib(pid)
  local file = io.open(("/proc/%d/status"):format(pid))
  local text = file:read "*a"
  file:close()
  return tonumber(text:match "RssAnon:%s*(%d+)")
end

local function workers_of(master)
  local file = io.open(("/proc/%d/task/%d/children"):format(master, master))
  local list = {}
  for pid in file:read("*a"):gmatch "%d+" do
    list[#list + 1] = tonumber(pid)
  end
  file:close()
  return list
end

local function memory(master)
  local total = 0
  for _, pid in ipairs(workers_of(master)) do
    total = total + own_kib(pid)
  end
  return total
end

local function records(wallet, first, last)
  local number = first - 1
  return function()
    number = number + 1
    if number <= last then
      return {
        wallet_key = wallet, template_id = "ebw_oid", correlation_id = "soak-" .. number,
        claims = { id = tostring(number), name = "Soak B.V.", issuing_authority = "Credenco", issuing_country = "NL" },
      }
    end
  end
end

--- Asks for the settings and for a status, again and again, until `state.done`.
local function watch(client, state)
  while not state.done do
    local started = loop.now_ms()
    local settings, settings_err = client:request { method = "GET", path = "/sandbox/settings" }
    local status, status_err = client:issue_status "soak-1"
    state.asked = state.asked + 1
    state.slowest_ms = math.max(state.slowest_ms, loop.now_ms() - started)
    local is_made = status or status_err.code ~= "not_found" or state.asked > 10
    if not settings or (not status and is_made) then
      state.unanswered = state.unanswered + 1
      io.stderr:write(tostring(settings_err or status_err), "\n")
    end
    loop.sleep(50)
  end
end

local function issue(client, wallet, first, last)
  local failed = 0
  for _, result, err in client:issue_many(records(wallet, first, last), { concurrency = CONCURRENCY }) do
    if not result then
      failed = failed + 1
      io.stderr:write(tostring(err), "\n")
    end
  end
  return failed
end

local function check(world, wallet)
  local kept, twice, missing = {}, 0, 0
  local state = world:wallet(wallet)
  for _, credential in ipairs(state.credentials) do
    twice = twice + (kept[credential.claims.id] and 1 or 0)
    kept[credential.claims.id] = true
  end
  for number = 1, COUNT do
    missing = missing + (kept[tostring(number)] and 0 or 1)
  end
  return { kept = #state.credentials, twice = twice, missing = missing, discarded = #state.discarded }
end

local world = worlds.start()
local client = credenco.new { base_url = world.base_url, api_key = world.server.api_key }
local wallet = world:new_wallet()
local watched = { asked = 0, unanswered = 0, slowest_ms = 0 }

local before = memory(world.server.pid)
local started = loop.now_ms()
loop.spawn(watch, client, watched)
local half = math.floor(COUNT / 2)
local failed = issue(client, wallet, 1, half)
local middle = memory(world.server.pid)
failed = failed + issue(client, wallet, half + 1, COUNT)
local seconds = (loop.now_ms() - started) / 1000
watched.done = true
local after = memory(world.server.pid)
local result = check(world, wallet)
client:close()
world:stop()

print(cjson.encode {
  count = COUNT, concurrency = CONCURRENCY, failed = failed, seconds = seconds, per_second = COUNT / seconds,
  kept = result.kept, twice = result.twice, missing = result.missing, discarded = result.discarded,
  workers_kib = { before = before, middle = middle, after = after },
  meanwhile = { asked = watched.asked, unanswered = watched.unanswered, slowest_ms = watched.slowest_ms },
})
local good = failed == 0 and result.missing == 0 and result.twice == 0 and result.kept == COUNT
  and watched.unanswered == 0 and watched.asked > 0
os.exit(good and 0 or 1, true)
