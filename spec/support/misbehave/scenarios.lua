-- Chooses the next behaviour. A scenario is a script, step by step: a list of behaviours, one per call, of
-- which the last repeats. It is addressed by the first segment of the path and remembers what it was asked.
local behaviours = require "spec.support.misbehave.behaviours"
local proper = require "spec.support.misbehave.proper"

local scenarios = {}
local by_name = {}

---@class spec.Scenario
---@field url string the base URL that leads here
---@field script table<string, any[]> step to behaviours
---@field calls table<string, integer> step to the number of calls so far
---@field requests table[] what was received, in order
---@field waiting table[] calls held back by the act `together`

--- Begins a scenario, in place of one of the same name.
---@param name string
---@param script table<string, any[]> steps `create`, `push`, `status`, `trust`, `token`, `other`
---@param url string
function scenarios.begin(name, script, url)
  for _, list in pairs(script) do
    for _, given in ipairs(list) do behaviours.find(given) end
  end
  by_name[name] = { url = url, script = script, calls = {}, requests = {}, waiting = {} }
end

---@param name string
---@return spec.Scenario?
function scenarios.find(name)
  return by_name[name]
end

local function record(scenario, step, request, connection)
  local entry = {
    step = step,
    method = request.method,
    target = request.target:gsub("^/[^/?]+", "", 1),
    head = request.head,
    headers = request.headers,
    connection = connection.number,
    request = request,
  }
  scenario.requests[#scenario.requests + 1] = entry
end

--- Takes note of a request and says what to do about it.
---@param connection spec.Connection
---@param request spec.Request its target is cut down to what follows the scenario's segment
---@return table? behaviour nil when the request names no scenario
---@return table? call the request, its step, its scenario and its connection
function scenarios.next(connection, request)
  local name, path = request.target:match("^/([^/?]*)([^?]*)")
  local scenario = by_name[name]
  if not scenario then return nil end
  local step = proper.step_of(request.method, path)
  local n = (scenario.calls[step] or 0) + 1
  scenario.calls[step] = n
  record(scenario, step, request, connection)
  local list = scenario.script[step] or {}
  local given = list[n] or list[#list] or "proper"
  return behaviours.find(given), { request = request, step = step, scenario = scenario, connection = connection }
end

--- The requests to a scenario, for the control port.
---@param name string
---@return table[]
function scenarios.requests(name)
  local list = {}
  for i, entry in ipairs(by_name[name].requests) do
    list[i] = {
      step = entry.step,
      method = entry.method,
      target = entry.target,
      head = entry.head,
      headers = entry.headers,
      body = entry.request.body,
      complete = entry.request.complete or false,
      connection = entry.connection,
    }
  end
  return list
end

return scenarios
