--- The text of nginx.conf for one sandbox.
local directory = require "credenco.sandbox.host.directory"

local M = {}

local TEMPLATE = [[
${modules}
daemon off;
master_process on;
${user}
worker_processes ${workers};
worker_shutdown_timeout 2s;
pid "${dir}/nginx.pid";
error_log "${dir}/error.log" warn;

events {
  worker_connections 2048;
}

http {
  access_log off;
  types {
    text/html html;
    text/css css;
    text/javascript js;
    image/svg+xml svg;
  }
  charset utf-8;
  server_tokens off;
  reset_timedout_connection on;
  # Longer than libcurl keeps an idle connection, 118 s: a request of a wallet never crosses with the end of one.
  keepalive_timeout 300s;
  keepalive_requests 1000000;
  client_max_body_size 1m;
  client_body_buffer_size 1m;
  client_body_temp_path "${dir}/client_body";
  proxy_temp_path "${dir}/proxy";
  fastcgi_temp_path "${dir}/fastcgi";
  uwsgi_temp_path "${dir}/uwsgi";
  scgi_temp_path "${dir}/scgi";

  lua_package_cpath "${lua_cpath};;${more_cpath}";
  lua_package_path "${lua_root}/?.lua;${lua_root}/?/init.lua;;${more_path}";
  lua_shared_dict sandbox ${memory};
  lua_socket_log_errors off;

  init_by_lua_block {
    require("credenco.sandbox.server").init("${dir}/settings.json")
  }
  init_worker_by_lua_block {
    require("credenco.sandbox.server").init_worker()
  }

  # Another name in Host means a page of somebody else's reached us by rebinding its DNS.
  ${tls}
  server {
    listen ${listen} default_server;
    server_name "";
    return 421;
  }
  server {
    listen ${listen};
    listen "unix:${dir}/${ready_socket}";
    server_name ${names};
    location = / {
      add_header Cache-Control no-cache;
      add_header X-Content-Type-Options nosniff;
      add_header Content-Security-Policy
        "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";
      root "${lua_root}/credenco/sandbox/page";
      try_files /index.html =404;
    }
    location /page/ {
      add_header Cache-Control no-cache;
      add_header X-Content-Type-Options nosniff;
      root "${lua_root}/credenco/sandbox";
    }
    location / {
      content_by_lua_block {
        require("credenco.sandbox.server").serve()
      }
    }
  }
}
]]

local TLS = [[
ssl_certificate "${dir}/server.pem";
  ssl_certificate_key "${dir}/server.key";
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_cache shared:tls:1m;]]

local function load_modules(dir)
  if not dir then
    return ""
  end
  return ('load_module "%s/ndk_http_module.so";\nload_module "%s/ngx_http_lua_module.so";')
    :format(dir, dir)
end

--- As root, nginx would run its workers as `nobody`, who cannot read a private directory.
local function user_directive(user)
  return user and ("user %s;"):format(user) or ""
end

local function bracketed(host)
  return host:find(":", 1, true) and "[" .. host .. "]" or host
end

local function server_names(host)
  local names = { "localhost", "127.0.0.1", '"[::1]"' }
  if host ~= "localhost" and host ~= "127.0.0.1" and host ~= "[::1]" then
    names[#names + 1] = host
  end
  return table.concat(names, " ")
end

--- No path that works here has characters that would end or expand an nginx string.
local function check_path(path)
  if path:find "[\"$;{}\\%c]" then
    return nil, ("the path %q cannot be written into an nginx configuration"):format(path)
  end
  return path
end

---@param values { dir: string, install: credenco.SandboxInstall, settings: table, user: string? }
---@return string? text
---@return string? err
function M.render(values)
  local install, settings = values.install, values.settings
  for _, path in ipairs { values.dir, install.lua_root, install.lua_cpath, install.modules or "" } do
    local ok, err = check_path(path)
    if not ok then
      return nil, err
    end
  end
  local host = bracketed(settings.host)
  local fields = {
    modules = load_modules(install.modules),
    user = user_directive(values.user),
    workers = ("%d"):format(settings.workers),
    dir = values.dir,
    ready_socket = directory.READY_SOCKET,
    lua_root = install.lua_root,
    lua_cpath = install.lua_cpath,
    more_path = install.more_path or "",
    more_cpath = install.more_cpath or "",
    memory = ("%dm"):format(settings.memory_mb),
    names = server_names(host),
    listen = ("%s:%d%s"):format(host, settings.port, settings.tls and " ssl" or ""),
    tls = settings.tls and TLS:gsub("%${dir}", values.dir) or "",
  }
  return (TEMPLATE:gsub("%${([%w_]+)}", fields))
end

return M
