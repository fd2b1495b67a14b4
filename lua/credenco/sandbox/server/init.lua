--- The inside of the sandbox: the functions that nginx calls at its start and for every request.
local access = require "credenco.sandbox.server.access"
local config = require "credenco.sandbox.ground.config"
local control = require "credenco.sandbox.server.control"
local faults = require "credenco.sandbox.server.faults"
local identity = require "credenco.sandbox.issuer.identity"
local receive = require "credenco.sandbox.wallet.receive"
local respond = require "credenco.sandbox.ground.respond"
local request = require "credenco.sandbox.server.request"
local router = require "credenco.sandbox.server.router"
local store = require "credenco.sandbox.ground.store"
local strike = require "credenco.sandbox.server.strike"
local templates = require "credenco.sandbox.issuer.templates"
local watchdog = require "credenco.sandbox.server.watchdog"

local M = {}

local find = router.compile(require "credenco.sandbox.server.routes")

--- A browser asks before it sends a wallet's request to the issuer (Fetch, CORS preflight).
local function preflight(methods)
  local response = respond.empty(204)
  response.headers["Access-Control-Allow-Methods"] = methods
  response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
  return response
end

local function without_route(current, others)
  local methods = {}
  for index, route in ipairs(others) do
    methods[index] = route.method
  end
  local list = table.concat(methods, ", ")
  if list == "" then
    return respond.problem(404, "no such path")
  end
  if current.method == "OPTIONS" and others[1].cors then
    return preflight(list), others[1]
  end
  local response = respond.problem(405, "this path takes " .. list)
  response.headers["Allow"] = list
  return response, others[1]
end

local function handle(route, current)
  if route.begins and store.is_short(#current:body()) then
    error(store.FULL, 0)
  end
  local refusal = route.access and access[route.access](current, route)
  return refusal or route.handler(current)
end

local function run(route, current)
  local rule = faults.next(route.fault)
  if not rule then
    return handle(route, current)
  end
  current.change = strike.change_of(rule)
  return strike.run(rule, function() return handle(route, current) end)
end

local function response_to(current)
  local route, params = find(current.method, current.segments)
  local response, nearest
  if route then
    current.params = params
    response = run(route, current)
  else
    response, nearest = without_route(current, params)
  end
  if (route or nearest or {}).cors then
    response.headers["Access-Control-Allow-Origin"] = "*"
  end
  return response
end

local function failure(err)
  if err == store.FULL then
    return respond.problem(507, store.FULL[1])
  end
  ngx.log(ngx.ERR, tostring(err))
  return respond.problem(500, "the sandbox failed; its error log says more")
end

local function send_head(response)
  ngx.status = response.status
  for name, value in pairs(response.headers) do
    ngx.header[name] = value
  end
end

--- A fault: announces the whole body, sends half of it, and closes.
local function send_cut(response)
  ngx.header["Content-Length"] = #response.body
  ngx.print(response.body:sub(1, math.floor(#response.body / 2)))
  ngx.flush(true)
  ngx.exit(444)
end

local function send(response)
  if response.close then
    return ngx.exit(response.status)
  end
  send_head(response)
  if response.stream then
    return response.stream()
  end
  if response.cut and #response.body > 0 then
    return send_cut(response)
  end
  ngx.header["Content-Length"] = #response.body
  ngx.print(response.body)
end

local function traced(err)
  return type(err) == "string" and debug.traceback(err) or err
end

--- Responds to the current request.
function M.serve()
  local ok, response = xpcall(function() return response_to(request.current()) end, traced)
  send(ok and response or failure(response))
end

--- Runs in nginx's master process, before the workers are forked.
---@param settings_path string
function M.init(settings_path)
  config.load(settings_path)
  templates.load()
  identity.load()
  control.begin()
end

--- Runs in every worker at its start.
function M.init_worker()
  watchdog.start(config.parent_pid)
  receive.resume()
end

return M
