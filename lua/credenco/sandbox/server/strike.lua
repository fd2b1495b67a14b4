--- Applies a fault to a request.
local respond = require "credenco.sandbox.ground.respond"

local M = {}

local HANG_S = 600
local CHUNK = ("x"):rep(16384)

--- nginx's status for closing without a response; `reset_timedout_connection` makes it a reset.
local CLOSE = 444

local function abort()
  return { status = CLOSE, headers = {}, body = "", close = true }
end

--- Effects in place of the work.
local INSTEAD = {}

function INSTEAD.status(rule)
  local response = respond.problem(rule.status, "a fault that was set in the sandbox")
  response.headers["Retry-After"] = rule.retry_after and tostring(rule.retry_after)
  return response
end

function INSTEAD.hang()
  ngx.sleep(HANG_S)
  return abort()
end

function INSTEAD.reset()
  return abort()
end

function INSTEAD.json(rule)
  return respond.json(rule.status or 200, rule.body)
end

function INSTEAD.html(rule)
  return respond.text(rule.status or 200, "text/html", "<!DOCTYPE html><title>Maintenance</title><p>Back soon.")
end

function INSTEAD.large(rule)
  local function write()
    for _ = 1, math.floor(rule.bytes / #CHUNK) do
      ngx.print(CHUNK)
      if not ngx.flush(true) then
        return
      end
    end
    ngx.print(CHUNK:sub(1, rule.bytes % #CHUNK))
  end
  return { status = 200, headers = { ["Content-Type"] = "application/json" }, stream = write }
end

--- Effects on the response after the work.
local AFTER = {}

function AFTER.lost()
  return abort()
end

function AFTER.cut(response)
  response.cut = true
  return response
end

--- Runs `work` under a fault.
---@param rule credenco.SandboxFault
---@param work fun(): credenco.SandboxResponse
---@return credenco.SandboxResponse
function M.run(rule, work)
  if rule.effect == "delay" then
    ngx.sleep(rule.delay_ms / 1000)
  end
  local instead = INSTEAD[rule.effect]
  if instead then
    return instead(rule)
  end
  local response, after = work(), AFTER[rule.effect]
  return after and after(response) or response
end

--- The fault as the handler of this request may see it, for an issuer that spoils credentials.
---@return string? change
function M.change_of(rule)
  return rule and rule.effect == "credential" and rule.change or nil
end

return M
