--- Many direct issues at once into one wallet: `script/lua spec/sandbox/soak.lua [count] [concurrency]`.
--
-- Says how many were kept, whether any was kept twice, how much memory the workers took, and
-- how long other calls took to be answered meanwhile. Fails when a credential is missing.
package.path = "./?.lua;" .. package.path
local cjson = require "cjson"
local credenco = require "credenco"
local loop = require "credenco.loop"
local processes = require "spec.nginx.processes"
local worlds = require "spec.sandbox.world"

local M = {}

--- Memory of its own; the state all workers share is not counted.
local function own_kib(pid)
  local file = io.open(("/proc/%d/status"):format(pid))
  local text = file:read "*a"
  file:close()
  return tonumber(text:match "RssAnon:%s*(%d+)")
end

local function memory(master)
  local total = 0
  for _, pid in ipairs(processes.children(master)) do
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

--- Asks for the page and for a status, again and again, until `state.done`.
local function watch(client, state)
  while not state.done do
    local started = loop.now_ms()
    local page, page_err = client:request { path = "/" }
    local status, status_err = client:issue_status "soak-1"
    state.asked = state.asked + 1
    state.slowest_ms = math.max(state.slowest_ms, loop.now_ms() - started)
    local is_made = status or status_err.code ~= "not_found" or state.asked > 10
    if not page or (not status and is_made) then
      state.unanswered = state.unanswered + 1
      io.stderr:write(tostring(page_err or status_err), "\n")
    end
    loop.sleep(50)
  end
end

local function issue(client, wallet, first, last, concurrency)
  local failed = 0
  for _, result, err in client:issue_many(records(wallet, first, last), { concurrency = concurrency }) do
    if not result then
      failed = failed + 1
      io.stderr:write(tostring(err), "\n")
    end
  end
  return failed
end

local function check(world, wallet, count)
  local kept, twice, missing = {}, 0, 0
  local state = world:wallet(wallet)
  for _, credential in ipairs(state.credentials) do
    twice = twice + (kept[credential.claims.id] and 1 or 0)
    kept[credential.claims.id] = true
  end
  for number = 1, count do
    missing = missing + (kept[tostring(number)] and 0 or 1)
  end
  return { kept = #state.credentials, twice = twice, missing = missing, discarded = #state.discarded }
end

--- Issues `count` credentials in two halves, so that memory can be compared.
function M.run(count, concurrency)
  local world = worlds.start()
  local client = credenco.new { base_url = world.base_url, api_key = world.server.api_key }
  local wallet, half = world:new_wallet(), math.floor(count / 2)
  local watched = { asked = 0, unanswered = 0, slowest_ms = 0 }
  local before, started = memory(world.server.pid), loop.now_ms()
  loop.spawn(watch, client, watched)
  local failed = issue(client, wallet, 1, half, concurrency)
  local middle = memory(world.server.pid)
  failed = failed + issue(client, wallet, half + 1, count, concurrency)
  local seconds = (loop.now_ms() - started) / 1000
  watched.done = true
  local after = memory(world.server.pid) -- before the wallet is asked for all it holds, in one answer
  local report = check(world, wallet, count)
  report.count, report.concurrency, report.failed = count, concurrency, failed
  report.seconds, report.per_second = seconds, count / seconds
  report.workers_kib = { before = before, middle = middle, after = after }
  report.meanwhile = { asked = watched.asked, unanswered = watched.unanswered, slowest_ms = watched.slowest_ms }
  client:close()
  world:stop()
  return report
end

--- Whether every credential was kept, once, and every other call answered.
function M.is_good(report)
  return report.failed == 0 and report.missing == 0 and report.twice == 0 and report.kept == report.count
    and report.discarded == 0 and report.meanwhile.unanswered == 0 and report.meanwhile.asked > 0
end

if arg and arg[0]:find "soak%.lua$" then
  local report = M.run(tonumber(arg[1]) or 2000, tonumber(arg[2]) or 32)
  print(cjson.encode(report))
  os.exit(M.is_good(report) and 0 or 1, true)
end

return M
