--- `credenco sandbox`: a local issuer and business wallet to develop against, in the foreground.
local announce = require "credenco.sandbox.host.announce"
local background = require "credenco.sandbox.host.detached"
local behaviours = require "credenco.sandbox.ground.behaviours"
local library = require "credenco.cli.library"
local rocks = require "credenco.base.rocks"
local sandbox = require "credenco.sandbox"
local usage = require "credenco.cli.usage"
local uv = require "luv"

local M = {
  description = [[
Runs an issuer and business wallets on this machine until you interrupt it, so that you can develop without an
account. It prints its address, its credentials (which are not secret) and its wallets.

It needs nginx with its Lua module, luv and luaossl (Debian: nginx libnginx-mod-http-lua lua-luv lua-luaossl).]],
  epilog = [[
Examples:
  credenco sandbox --port 8180
  credenco sandbox --templates templates.json --tls
  credenco sandbox --behaviour repeated_push=404 --behaviour exchange=after
  credenco sandbox --json
  eval "$(credenco sandbox --env)"; credenco issue ...; kill "$CREDENCO_SANDBOX_PID"]],
}

function M.declare(command)
  command:option "--host" :argname "HOST" :description "Loopback address to listen on (default: 127.0.0.1)."
  command:option "--port" :argname "PORT" :description "Port to listen on (default: a free one)."
  command:option "--templates" :argname "FILE"
    :description "JSON file of credential templates, instead of the bundled ones."
  command:option "--nginx" :argname "PATH"
    :description "The nginx to run, such as OpenResty's (default: the first in the search path)."
  command:option "--workers" :argname "N" :description "nginx worker processes (default: 2)."
  command:option "--allow" :argname "HOST" :count "*"
    :description "Host, or host:port, that wallets may call over https besides this machine; may be repeated."
  command:option "--behaviour" :argname "NAME=VALUE" :count "*"
    :description "How to behave where the service's documentation leaves it open (docs/sandbox.md); may be repeated."
  command:flag "--tls" :description "Serve https, with a new certificate for localhost."
  command:flag "--env"
    :description "Start in the background, and print the environment for a shell to evaluate."
end

local function number(name, text, lowest, highest)
  if not text then
    return nil
  end
  local value = text:find "^%d+$" and tonumber(text)
  if not value or value < lowest or value > highest then
    usage.fail(("%s: a number from %d to %d"):format(name, lowest, highest))
  end
  return value
end

local function behaviour(assignments)
  local given = {}
  for _, assignment in ipairs(assignments) do
    local name, value = assignment:match "^([^=]+)=(.+)$"
    if not name then
      usage.fail "--behaviour: NAME=VALUE expected"
    end
    given[name] = value
  end
  local read, err = behaviours.read(given)
  return read or usage.fail("--behaviour: " .. err)
end

local function options(args)
  return {
    host = args.host,
    port = number("--port", args.port, 0, 65535),
    workers = number("--workers", args.workers, 1, 64),
    nginx = args.nginx,
    templates = args.templates,
    allow = args.allow,
    behaviour = behaviour(args.behaviour),
    tls = args.tls or nil,
    json = args.json,
  }
end

-- The arguments of this program, without --env and with --json.
local function arguments_in_background(argv)
  local arguments = {}
  for _, argument in ipairs(argv) do
    arguments[#arguments + 1] = argument ~= "--env" and argument or nil
  end
  arguments[#arguments + 1] = "--json"
  return arguments
end

local function run_in_background()
  local argv = _G.arg
  local ready, err_or_pid = background.start(argv, arguments_in_background(argv))
  if ready then
    local variables = announce.environment(ready, err_or_pid)
    return variables, announce.shell(variables)
  end
  if err_or_pid.code == "usage" then
    usage.fail(err_or_pid.message)
  end
  return nil, err_or_pid
end

--- Stops the sandbox in the background if its environment cannot be written: nobody else knows its process.
---@param variables table<string, string>
function M.undo(variables)
  if variables.CREDENCO_SANDBOX_PID then uv.kill(tonumber(variables.CREDENCO_SANDBOX_PID), "sigterm") end
end

function M.run(args)
  if args.env then
    options(args) -- reports a mistake in them at once
    return run_in_background()
  end
  local ok, err, at_fault = library.call(sandbox.run, options(args))
  if ok then
    return true
  end
  if at_fault == "templates" or at_fault == "install" then
    usage.fail(err)
  end
  if rocks.advice(err) then
    error(err, 0) -- a rock is missing inside nginx; the caller explains it
  end
  return nil, { code = at_fault == "port" and "listen_failed" or "unexpected", message = err }
end

return M
