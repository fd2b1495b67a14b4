--- The inside of the sandbox: what nginx calls at its start and for every request.
local access = require "credenco.sandbox.server.access"
local config = require "credenco.sandbox.ground.config"
local control = require "credenco.sandbox.server.control"
local faults = require "credenco.sandbox.server.faults"
local identity = require "credenco.sandbox.issuer.identity"
local receive = require "credenco.sandbox.wallet.receive"
local reply = require "credenco.sandbox.ground.reply"
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
  local answer = reply.empty(204)
  answer.headers["Access-Control-Allow-Methods"] = methods
  answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
  return answer
end

local function without_route(current, others)
  local methods = {}
  for index, route in ipairs(others) do
    methods[index] = route.method
  end
  local list = table.concat(methods, ", ")
  if list == "" then
    return reply.problem(404, "no such path")
  end
  if current.method == "OPTIONS" and others[1].cors then
    return preflight(list), others[1]
  end
  local answer = reply.problem(405, "this path takes " .. list)
  answer.headers["Allow"] = list
  return answer, others[1]
end

local function handle(route, current)
  if route.begins and store.is_short(#current:body()) then
    error(store.FULL, 0)
  end
  local refusal = route.access and access[route.access](current)
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

local function answer_to(current)
  local route, params = find(current.method, current.segments)
  local answer, nearest
  if route then
    current.params = params
    answer = run(route, current)
  else
    answer, nearest = without_route(current, params)
  end
  if (route or nearest or {}).cors then
    answer.headers["Access-Control-Allow-Origin"] = "*"
  end
  return answer
end

local function failure(err)
  if err == store.FULL then
    return reply.problem(507, store.FULL[1])
  end
  ngx.log(ngx.ERR, tostring(err))
  return reply.problem(500, "the sandbox failed; its error log says more")
end

local function send_head(answer)
  ngx.status = answer.status
  for name, value in pairs(answer.headers) do
    ngx.header[name] = value
  end
end

--- Announces the whole body, sends half of it, and closes: a fault.
local function send_cut(answer)
  ngx.header["Content-Length"] = #answer.body
  ngx.print(answer.body:sub(1, math.floor(#answer.body / 2)))
  ngx.flush(true)
  ngx.exit(444)
end

local function send(answer)
  if answer.close then
    return ngx.exit(answer.status)
  end
  send_head(answer)
  if answer.stream then
    return answer.stream()
  end
  if answer.cut and #answer.body > 0 then
    return send_cut(answer)
  end
  ngx.header["Content-Length"] = #answer.body
  ngx.print(answer.body)
end

local function traced(err)
  return type(err) == "string" and debug.traceback(err) or err
end

--- Answers the current request.
function M.serve()
  local ok, answer = xpcall(function() return answer_to(request.current()) end, traced)
  send(ok and answer or failure(answer))
end

--- In nginx's master process, before the workers are forked.
---@param settings_path string
function M.init(settings_path)
  config.load(settings_path)
  templates.load()
  identity.load()
  control.create_wallets()
end

--- In every worker, at its start.
function M.init_worker()
  watchdog.start(config.parent_pid)
  receive.resume()
end

return M
