-- nginx for specs: a configuration from a template, a free loopback port, a private folder.
local uv = require "luv"
local files = require "spec.support.files"
local Server = require "spec.support.server"
local wait = require "spec.support.wait"

local PROGRAM = os.getenv "CREDENCO_NGINX" or "/usr/sbin/nginx"
local MODULES = "/usr/lib/nginx/modules/"
local TRIES = 5 -- another process may take the port between choosing and listening

local TEMPLATE = [[
$main
daemon off;
worker_processes $workers;
pid $folder/pid;
error_log $folder/error.log info;
events { worker_connections $connections; }
http {
  access_log off;
  client_body_temp_path $folder/body;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  $http
  server {
    listen 127.0.0.1:$port $tls;
    $server
  }
}
]]

local TLS = [[
    ssl_certificate %s;
    ssl_certificate_key %s;
]]

local nginx = {}

---@class spec.NginxOptions
---@field server string? inside the server block
---@field http string? inside the http block
---@field main string? at the top
---@field workers integer? worker processes; default 1
---@field connections integer? of one worker; default 512
---@field lua boolean? load nginx's Lua module
---@field tls { certificate: string, key: string }? paths; speaks https then
---@field files table<string, string>? name to content, written into the folder first

local built_in -- whether the program was built with its Lua module inside

local function has_lua()
  if built_in == nil then
    local pipe = assert(io.popen(PROGRAM .. " -V 2>&1"))
    built_in = pipe:read("*a"):find("lua-nginx-module", 1, true) ~= nil
    pipe:close()
  end
  return built_in
end

local function main_block(options)
  local lines = { options.main or "" }
  if options.lua and not has_lua() then
    lines[#lines + 1] = "load_module " .. MODULES .. "ndk_http_module.so;"
    lines[#lines + 1] = "load_module " .. MODULES .. "ngx_http_lua_module.so;"
  end
  -- Started as root, the workers would be another user, shut out of the private folder.
  if uv.os_get_passwd().uid == 0 then lines[#lines + 1] = "user root;" end
  return table.concat(lines, "\n")
end

local function configuration(options, folder, port)
  local tls = options.tls
  local values = {
    main = main_block(options),
    workers = ("%d"):format(options.workers or 1),
    connections = ("%d"):format(options.connections or 512),
    http = options.http or "",
    server = (tls and TLS:format(tls.certificate, tls.key) or "") .. (options.server or ""),
    tls = tls and "ssl" or "",
    port = tostring(port),
    folder = folder,
  }
  local text = TEMPLATE:gsub("%$(%l+)", values)
  return (text:gsub("%$folder", folder))
end

-- The specs' own engine may be another one than nginx's, so its search paths are left behind.
local function command(folder)
  return {
    "/usr/bin/env", "-u", "LUA_PATH", "-u", "LUA_CPATH",
    PROGRAM, "-p", folder, "-c", folder .. "/nginx.conf", "-e", "stderr",
  }
end

local function start_on(port, options)
  return Server.start {
    command = function(folder)
      for name, content in pairs(options.files or {}) do files.write(folder .. "/" .. name, content) end
      files.write(folder .. "/nginx.conf", configuration(options, folder, port))
      return command(folder)
    end,
    -- The pid file is ours alone and written once the port is; somebody else may answer at the port.
    ready = function(folder) return files.read(folder .. "/pid") and wait.connects(port) end,
  }
end

--- Starts nginx. The server gets `port` and `url`, and `error_log()`, what it has logged so far.
--- In the options, `$folder` stands for the private folder.
---@param options spec.NginxOptions
---@return spec.Server
function nginx.start(options)
  local server, why, port
  for _ = 1, TRIES do
    port = wait.free_port()
    server, why = start_on(port, options)
    if server or not why:find("Address already in use", 1, true) then break end
  end
  assert(server, why)
  server.port = port
  server.url = (options.tls and "https" or "http") .. "://127.0.0.1:" .. port
  server.error_log = function(self) return files.read(self.folder .. "/error.log") or "" end
  return server
end

return nginx
