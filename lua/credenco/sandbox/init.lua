--- The sandbox: a local issuer and business wallets, to develop and test without an account.
--
-- It is nginx with its Lua module, started from a generated configuration in a private directory on a loopback port.
-- This file runs outside nginx; `server`, `issuer` and `wallet` run inside.
local cjson = require "cjson"
local uv = require "luv"
local announce = require "credenco.sandbox.host.announce"
local conf = require "credenco.sandbox.host.conf"
local core = require "credenco.core"
local directory = require "credenco.sandbox.host.directory"
local install = require "credenco.sandbox.host.install"
local process = require "credenco.sandbox.host.nginx_process"
local template_file = require "credenco.sandbox.issuer.template_file"
local settings_of = require "credenco.sandbox.ground.options"

local M = {}

local LOG_TAIL_BYTES = 2000

--- A sandbox that is running.
---@class credenco.Sandbox
---@field base_url string the address of its API: the option of the same name of `credenco.new`
---@field api_key string accepted as `x-api-key` and as a bearer token
---@field client_id string for OAuth2
---@field client_secret string for OAuth2
---@field token_url string for OAuth2
---@field credential_issuer string the issuer's OpenID4VCI identifier
---@field issuer_did string the DID to use in a trusted contact
---@field wallets { key: string, name: string, trusts_issuer: boolean, direct_issue_allowed: boolean }[] `key` is the `wallet_key`
---@field ca_file string? with `tls`: the CA certificate to trust
---@field pid integer nginx's master process
---@field dir string the private directory with its data
---@field process credenco.SandboxProcess nginx, as a child of this process
local Server = {}
Server.__index = Server

--- Stops nginx, waits until it has ended, and removes the directory. You may call it again.
function Server:stop()
  self.process:stop()
  directory.remove(self.dir)
end

local function base_url(settings)
  local host = settings.host:find(":", 1, true) and "[" .. settings.host .. "]" or settings.host
  return ("%s://%s:%d"):format(settings.tls and "https" or "http", host, settings.port)
end

local function user_for_workers()
  local user = uv.os_get_passwd()
  return user and user.uid == 0 and user.username or nil
end

--- Writes the certificates of a TLS sandbox, and sets the path of the CA file.
local function write_certificates(dir, settings)
  local pem = require("credenco.sandbox.host.tls").make(settings.host)
  settings.ca_file = dir .. "/ca.pem"
  for name, text in pairs { ["ca.pem"] = pem.ca, ["server.pem"] = pem.certificate, ["server.key"] = pem.key } do
    local ok, err = directory.write(dir .. "/" .. name, text)
    if not ok then
      return nil, err
    end
  end
  return true
end

local function write_files(dir, settings, found)
  if settings.tls then
    local ok, err = write_certificates(dir, settings)
    if not ok then
      return nil, err
    end
  end
  local text, err = conf.render { dir = dir, install = found, settings = settings, user = user_for_workers() }
  if not text then
    return nil, err
  end
  local ok, write_err = directory.write(dir .. "/nginx.conf", text)
  if not ok then
    return nil, write_err
  end
  return directory.write(dir .. "/settings.json", cjson.encode(settings))
end

local function launch(dir, settings, found, on_exit)
  local ok, err = write_files(dir, settings, found)
  if not ok then
    return nil, err
  end
  local log = dir .. "/error.log"
  local arguments = { "-p", dir, "-c", dir .. "/nginx.conf", "-e", log }
  local server, spawn_err = process.spawn(found.binary, arguments, on_exit)
  if not server then
    return nil, spawn_err
  end
  local ready, reason = server:wait_ready(dir .. "/" .. directory.READY_SOCKET, settings.startup_timeout_ms)
  if not ready then
    server:stop()
    return nil, ("nginx did not start (%s) on %s: %s"):format(
      reason, base_url(settings), directory.tail(log, LOG_TAIL_BYTES))
  end
  return server
end

local function describe_wallets(wallets)
  local list = {}
  for index, wallet in ipairs(wallets) do
    list[index] = {
      key = wallet.key,
      name = wallet.name,
      trusts_issuer = wallet.trusts_issuer == true,
      direct_issue_allowed = wallet.trusts_issuer == true and wallet.direct_issue_allowed ~= false,
    }
  end
  return list
end

local function new_server(settings, dir, running)
  return setmetatable({
    base_url = settings.base_url,
    api_key = settings.api_key,
    client_id = settings.client_id,
    client_secret = settings.client_secret,
    token_url = settings.base_url .. settings_of.TOKEN_PATH,
    issuer_did = settings.issuer_did,
    credential_issuer = settings.credential_issuer,
    ca_file = settings.ca_file,
    wallets = describe_wallets(settings.wallets),
    pid = running.pid,
    dir = dir,
    process = running,
  }, Server)
end

local function complete(settings)
  local port, err = process.reserve_port(settings.host, settings.port)
  if not port then
    return nil, err
  end
  settings.port = port
  settings.base_url = base_url(settings)
  settings.issuer_did = settings_of.issuer_did(settings.port)
  settings.credential_issuer = settings.base_url .. settings_of.ISSUER_PATH
  settings.templates = settings.templates and (uv.fs_realpath(settings.templates) or settings.templates)
  settings.parent_pid = uv.os_getpid()
  return settings
end

local function start(settings, on_exit)
  local found, find_err = install.find(settings.nginx)
  if not found then
    return nil, find_err, "install"
  end
  local templates, templates_err = template_file.read(settings.templates or template_file.bundled())
  if not templates then
    return nil, templates_err, "templates"
  end
  local ok, port_err = complete(settings)
  if not ok then
    return nil, port_err, "port"
  end
  directory.sweep()
  local dir, dir_err = directory.create()
  if not dir then
    return nil, dir_err
  end
  local running, err = launch(dir, settings, found, on_exit)
  if not running then
    directory.remove(dir)
    return nil, err
  end
  return new_server(settings, dir, running)
end

--- Starts a sandbox, and returns when it is ready. A wrong option throws an error.
---@param options credenco.SandboxOptions?
---@return credenco.Sandbox? server
---@return string? err a message: the missing package, or the error of nginx
---@return "templates"|"install"|"port"|nil at_fault what to correct: the templates, the installation (nginx is missing), the port
function M.start(options)
  local settings, mistake = settings_of.read(options)
  if not settings then
    error(mistake, 2)
  end
  local server, err, at_fault = start(settings)
  return server, err, at_fault
end

-- A signal that was ignored when the program began, as under nohup, stays ignored.
local function on_signals(callback)
  local handles = {}
  for _, name in ipairs { "sigint", "sigterm", "sighup" } do
    if not core.signals_ignored(name) then
      local signal = uv.new_signal()
      signal:start(name, callback)
      handles[#handles + 1] = signal
    end
  end
  return function()
    for _, signal in ipairs(handles) do
      signal:close()
    end
    process.settle()
  end
end

-- A sandbox whose address nobody gets would run unnoticed, as when `sandbox --env` was interrupted meanwhile.
local function tell(text)
  local ok, err = io.stdout:write(text)
  if ok then
    ok, err = io.stdout:flush()
  end
  return ok, err
end

--- Runs a sandbox in the foreground until SIGINT, SIGTERM or SIGHUP. When it is ready, it prints its
--- address and credentials on stdout (with `json`, as one line). At its end it removes all its data.
---@param options credenco.SandboxOptions?
---@return boolean? ok true after one of these signals
---@return string? err the sandbox could not start, its address cannot be written, or nginx ended by itself
---@return "templates"|"install"|"port"|nil at_fault as for `start`
function M.run(options)
  local settings, mistake = settings_of.read(options)
  if not settings then
    error(mistake, 2)
  end
  local stopping = false
  local release = on_signals(function()
    stopping = true
    uv.stop()
  end)
  local server, err, at_fault = start(settings, function() uv.stop() end)
  if not server then
    release()
    return nil, err, at_fault
  end
  local told, tell_err = tell(settings.json and announce.json(server) or announce.text(server))
  while told and not stopping and not server.process.exited do
    uv.run()
  end
  local log = directory.tail(server.dir .. "/error.log", LOG_TAIL_BYTES)
  server:stop()
  release()
  if not told then
    return nil, "cannot write the address: " .. tell_err
  end
  if not stopping then
    return nil, "nginx ended by itself: " .. log
  end
  return true
end

return M
