--- The inside of the sandbox: what nginx calls at its start and for every request.
local access = require "credenco.sandbox.app.access"
local config = require "credenco.sandbox.app.config"
local issuer = require "credenco.sandbox.issuer.api"
local reply = require "credenco.sandbox.app.reply"
local request = require "credenco.sandbox.app.request"
local router = require "credenco.sandbox.app.router"
local settings = require "credenco.sandbox.settings"
local store = require "credenco.sandbox.app.store"
local templates = require "credenco.sandbox.issuer.templates"
local wallet = require "credenco.sandbox.wallet.api"
local wallets = require "credenco.sandbox.wallet.wallets"
local watchdog = require "credenco.sandbox.app.watchdog"

local M = {}

local function ready()
  return reply.json(200, { ready = true })
end

local find = router.compile {
  { "POST", settings.TOKEN_PATH, access.issue_token },
  { "POST", "/api/v2/credential/issue", issuer.start, "api" },
  { "GET", "/api/v2/issue/:correlation_id", issuer.status, "api" },
  { "GET", "/api/oidc/credential-offer/:id", issuer.offer },
  { "POST", "/api/oidc/offer/:key", wallet.push },
  { "GET", "/api/wallets/:key/trusted-contacts", wallet.list_contacts, "api" },
  { "POST", "/api/wallets/:key/trusted-contacts", wallet.add_contact, "api" },
  { "DELETE", "/api/wallets/:key/trusted-contacts/:id", wallet.remove_contact, "api" },
  { "GET", "/sandbox/ready", ready },
  { "GET", "/sandbox/wallets", wallet.list, "same_origin" },
  { "GET", "/sandbox/wallets/:key", wallet.show, "same_origin" },
  { "PUT", "/sandbox/wallets/:key", wallet.create, "same_origin" },
}

local function not_found(allowed)
  if #allowed == 0 then
    return reply.problem(404, "no such path")
  end
  local answer = reply.problem(405, "this path takes " .. table.concat(allowed, ", "))
  answer.headers["Allow"] = table.concat(allowed, ", ")
  return answer
end

local function answer_to(current)
  local route, params = find(current.method, current.segments)
  if not route then
    return not_found(params)
  end
  current.params = params
  local refusal = route.access and access[route.access](current)
  return refusal or route.handler(current)
end

local function failure(err)
  if err == store.FULL then
    return reply.problem(507, store.FULL[1])
  end
  ngx.log(ngx.ERR, tostring(err))
  return reply.problem(500, "the sandbox failed; its error log says more")
end

local function send(answer)
  ngx.status = answer.status
  for name, value in pairs(answer.headers) do
    ngx.header[name] = value
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
  for _, description in ipairs(config.wallets) do
    wallets.create(description)
  end
end

--- In every worker, at its start.
function M.init_worker()
  watchdog.start(config.parent_pid)
end

return M
