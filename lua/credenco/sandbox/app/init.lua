--- The inside of the sandbox: what nginx calls at its start and for every request.
local access = require "credenco.sandbox.app.access"
local config = require "credenco.sandbox.app.config"
local control = require "credenco.sandbox.app.control"
local faults = require "credenco.sandbox.app.faults"
local identity = require "credenco.sandbox.issuer.identity"
local reply = require "credenco.sandbox.app.reply"
local request = require "credenco.sandbox.app.request"
local router = require "credenco.sandbox.app.router"
local store = require "credenco.sandbox.app.store"
local strike = require "credenco.sandbox.app.strike"
local templates = require "credenco.sandbox.issuer.templates"
local watchdog = require "credenco.sandbox.app.watchdog"

local M = {}

local find = router.compile(require "credenco.sandbox.app.routes")

local function not_found(allowed)
  if #allowed == 0 then
    return reply.problem(404, "no such path")
  end
  local answer = reply.problem(405, "this path takes " .. table.concat(allowed, ", "))
  answer.headers["Allow"] = table.concat(allowed, ", ")
  return answer
end

local function handle(route, current)
  local refusal = route.access and access[route.access](current)
  return refusal or route.handler(current)
end

local function answer_to(current)
  local route, params = find(current.method, current.segments)
  if not route then
    return not_found(params)
  end
  current.params = params
  local rule = faults.next(route.fault)
  if not rule then
    return handle(route, current)
  end
  current.change = strike.change_of(rule)
  return strike.run(rule, function() return handle(route, current) end)
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
end

return M
