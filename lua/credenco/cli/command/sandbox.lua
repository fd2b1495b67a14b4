--- `credenco sandbox`: a local issuer and business wallet to develop against, in the foreground.
local library = require "credenco.cli.library"
local usage = require "credenco.cli.usage"

local M = {
  summary = "Run a local issuer and business wallet.",
  description = [[
Runs an issuer and a business wallet on this machine, to develop against without an account, until it is
interrupted. It prints where it is, its credentials, which are no secrets, and its wallets.

Needs nginx with its Lua module and luv (Debian: nginx libnginx-mod-http-lua lua-luv).]],
  epilog = [[
Examples:
  credenco sandbox --port 8180
  credenco sandbox --json]],
}

function M.declare(command)
  command:option "--host" :argname "HOST" :description "Loopback address to listen on (default: 127.0.0.1)."
  command:option "--port" :argname "PORT" :description "Port to listen on (default: a free one)."
end

local function port(text)
  if not text then
    return nil
  end
  local number = text:find "^%d+$" and tonumber(text)
  if not number or number > 65535 then
    usage.fail "--port: a number from 0 to 65535"
  end
  return number
end

-- Loaded here and not above: the other commands do not need luv.
local function load_sandbox()
  local has_luv = pcall(require, "luv")
  if not has_luv then
    return nil, { code = "unexpected", message = "the sandbox needs luv (Debian: apt-get install lua-luv)" }
  end
  return require "credenco.sandbox"
end

function M.run(args)
  local sandbox, missing = load_sandbox()
  if not sandbox then
    return nil, missing
  end
  local ok, err = library.call(sandbox.run, { host = args.host, port = port(args.port), json = args.json })
  if not ok then
    return nil, { code = "unexpected", message = err }
  end
  return true
end

return M
