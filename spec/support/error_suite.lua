-- Runs all of error_cases.lua at one place at once, then checks what came of each. What is common to all
-- places: the server, plain and behind TLS, and what they are asked.
local cases = require "spec.support.error_cases"
local check = require "spec.support.error_check"
local expect = require "spec.support.expect"
local Misbehaving = require "spec.support.misbehaving"
local pki = require "spec.support.pki"

local MOST_GROWTH_BYTES = 16 * 1024 * 1024

-- A virtual machine may stand still for seconds, which is longer than some cases' deadlines and pauses. So a case with
-- a deadline or a pause of its own is run again if its outcome is wrong. An outcome that is wrong each time is the
-- client's fault.
local TRIES = 5

local suite = {}

---@class spec.ErrorPlace
---@field name string
---@field scheme "http"|"https"
---@field host string?       the name in URLs; default 127.0.0.1
---@field measured boolean?  false where memory says nothing
---@field run fun(cases: table[], urls: table[], world: spec.ErrorWorld): spec.Outcome[], integer

---@class spec.ErrorWorld
---@field server spec.Misbehaving
---@field certificates spec.Pki

---@return spec.ErrorWorld
function suite.start()
  local world = { certificates = pki.create(), server = Misbehaving.start() }
  world.server:serve_tls(world.certificates.leaf)
  return world
end

---@param world spec.ErrorWorld
function suite.stop(world)
  world.server:stop()
  pki.remove(world.certificates)
end

local function urls_of(place, server, names)
  local base_url = place.scheme == "https" and server.tls_url or server.url
  if place.host then base_url = base_url:gsub("127%.0%.0%.1", place.host) end
  local urls = {}
  for i, name in ipairs(names) do
    urls[i] = {
      scenario = base_url .. "/" .. name,
      refused = server.refused_url,
      stalled = server.stalled_url,
      unresolvable = server.unresolvable_url,
    }
  end
  return urls
end

-- Without the scripts, which are the server's own matter; they hold bytes that JSON does not.
local function of_place(numbers)
  local list = {}
  for n, i in ipairs(numbers) do
    list[n] = {}
    for name, value in pairs(cases[i]) do list[n][name] = name ~= "script" and value or nil end
  end
  return list
end

-- Runs the cases of these numbers at once. Returns how much the place's memory grew.
local function attempt(place, world, numbers, found)
  local scripts = {}
  for n, i in ipairs(numbers) do scripts[n] = cases[i].script end
  local names = world.server:scenarios(scripts)
  local outcomes, growth_bytes = place.run(of_place(numbers), urls_of(place, world.server, names), world)
  local requests = world.server:requests(names)
  for n, i in ipairs(numbers) do found.outcomes[i], found.requests[i] = outcomes[n], requests[names[n]] end
  return growth_bytes
end

local function depends_on_time(case)
  return case.pause_ms ~= nil or case.options ~= nil and case.options.timeout_ms ~= nil
end

-- The numbers of the cases whose outcome is wrong and may be the machine's fault.
local function doubtful(numbers, found)
  local list = {}
  for _, i in ipairs(numbers) do
    local ok = not depends_on_time(cases[i]) or pcall(check, cases[i], found.outcomes[i], found.requests[i])
    if not ok then list[#list + 1] = i end
  end
  return list
end

local function run(place, world)
  local numbers, found = {}, { outcomes = {}, requests = {} }
  for i in ipairs(cases) do numbers[i] = i end
  found.growth_bytes = attempt(place, world, numbers, found)
  for _ = 2, TRIES do
    numbers = doubtful(numbers, found)
    if #numbers == 0 then break end
    attempt(place, world, numbers, found)
  end
  return found
end

-- The numbers of the cases of one row, which stand together.
local function rows()
  local list = {}
  for i, case in ipairs(cases) do
    local last = list[#list]
    if last and case.row and last.name == case.row then
      last[#last + 1] = i
    else
      list[#list + 1] = { name = case.row or case.name, i }
    end
  end
  return list
end

local function check_row(row, found)
  local problems = {}
  for _, i in ipairs(row) do
    local ok, problem = pcall(check, cases[i], found.outcomes[i], found.requests[i])
    if not ok then problems[#problems + 1] = cases[i].name .. ": " .. tostring(problem) end
  end
  if #problems > 0 then error(table.concat(problems, "\n"), 0) end
end

--- Declares the specs of one place.
---@param place spec.ErrorPlace
---@param world fun(): spec.ErrorWorld
---@param busted { describe: function, it: function, setup: function } which only a spec's own file is given
function suite.declare(place, world, busted)
  local it = busted.it
  busted.describe(("in %s over %s"):format(place.name, place.scheme), function()
    local found
    busted.setup(function() found = run(place, world()) end)

    for _, row in ipairs(rows()) do
      it(row.name, function() check_row(row, found) end)
    end

    it("grows by less than 16 MiB", function()
      if place.measured == false then return end
      expect.at_most(MOST_GROWTH_BYTES, found.growth_bytes, "bytes")
    end)
  end)
end

return suite
