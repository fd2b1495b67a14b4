-- The server every peer talks to: nginx answering both calls from its configuration, with no disk,
-- no log and no limit on how long a connection lives. It runs in a private directory on a free port.
local uv = require "luv"

local process = require "bench.process"

local M = {}
M.__index = M

-- $PLACEHOLDERS are filled in; nginx's own variables are lower case.
local CONFIGURATION = [[
daemon off;
master_process off;
pid nginx.pid;
error_log stderr error;

events {
  use epoll;
  worker_connections 4096;
  multi_accept on;
  accept_mutex off;
}

http {
  server_tokens off;
  default_type application/json;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  log_format request escape=json '{"method":"$request_method","uri":"$request_uri",'
    '"status":$status,"type":"$content_type","length":"$content_length",'
    '"key":"$http_x_api_key","accept":"$http_accept","agent":"$http_user_agent","body":"$request_body"}';
  access_log $LOG;

  server {
    listen 127.0.0.1:$PORT backlog=1024;
    $TLS

    location = /api/v2/credential/issue { $ISSUE }
    location ^~ /api/oidc/offer/ { return 201; }
    location = /answer { access_log off; $ANSWER }
    location = /count { access_log off; stub_status; }
  }
}
]]

-- Sessions are kept, so that no peer pays for more handshakes than it has to.
local TLS = [[
    listen 127.0.0.1:$SECURE_PORT ssl backlog=1024;
    ssl_certificate server.pem;
    ssl_certificate_key server.key;
    ssl_session_cache shared:sessions:1m;]]

-- Without a correlation_id: it would have to be each request's own.
local ANSWER = [[return 200 '{]]
  .. [["request_uri":"openid-credential-offer://?credential_offer_uri=]]
  .. [[$ENCODED_URL%2Fapi%2Foidc%2Fcredential-offer%2Fabc123",]]
  .. [["status_uri":"$URL/api/v2/issue/bench-000000"}';]]

-- nginx reads a body only when something needs it, so the log sees it behind a proxy to itself.
local ANSWER_AFTER_BODY = "client_body_in_single_buffer on; proxy_pass http://127.0.0.1:$PORT/answer;"

local function free_port()
  local socket = uv.new_tcp()
  assert(uv.tcp_bind(socket, "127.0.0.1", 0))
  local port = uv.tcp_getsockname(socket).port
  uv.close(socket)
  uv.run "nowait"
  return port
end

--- The server's URL inside of another.
---@param url string
---@return string
function M.encoded(url)
  return (url:gsub(":", "%%3A"):gsub("/", "%%2F"))
end

local function configuration(port, secure_port, url, logged)
  local values = {
    ENCODED_URL = M.encoded(url),
    URL = url,
    TLS = secure_port and TLS or "",
    SECURE_PORT = tostring(secure_port),
    LOG = logged and "requests.log request" or "off",
    ISSUE = logged and ANSWER_AFTER_BODY or ANSWER,
    ANSWER = ANSWER,
    PORT = tostring(port),
  }
  local text = CONFIGURATION
  for _, name in ipairs { "LOG", "ISSUE", "ANSWER", "TLS", "SECURE_PORT", "ENCODED_URL", "URL", "PORT" } do -- PORT last: the others contain it
    text = text:gsub("%$" .. name, (values[name]:gsub("%%", "%%%%")))
  end
  return text
end

local function write_file(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local function read_file(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

local function remove_directory(path)
  for name, kind in uv.fs_scandir_next, assert(uv.fs_scandir(path)) do
    local inner = path .. "/" .. name
    if kind == "directory" then
      remove_directory(inner)
    else
      os.remove(inner)
    end
  end
  uv.fs_rmdir(path)
end

--- One small GET on a connection of its own; gives the answer as it came, or nil.
local function get(port, path)
  local socket = uv.new_tcp()
  local parts, ended = {}, false
  local function close()
    ended = true
    uv.close(socket)
  end
  uv.tcp_connect(socket, "127.0.0.1", port, function(err)
    if err then return close() end
    uv.read_start(socket, function(_, chunk)
      if not chunk then return close() end
      parts[#parts + 1] = chunk
    end)
    uv.write(socket, ("GET %s HTTP/1.0\r\n\r\n"):format(path))
  end)
  process.wait(5000, function() return ended end)
  return parts[1] and table.concat(parts)
end

-- A certificate for this run, by the sandbox's own means.
local function write_certificate(directory, root)
  package.path = root .. "/lua/?.lua;" .. package.path
  local pem = require("credenco.sandbox.host.tls").make "127.0.0.1"
  write_file(directory .. "/ca.pem", pem.ca)
  write_file(directory .. "/server.pem", pem.certificate)
  write_file(directory .. "/server.key", pem.key)
  return directory .. "/ca.pem"
end

---@class bench.Stub
---@field url string where it listens
---@field ca_file string? the authority to trust, where that is https
---@field pid integer
---@field directory string

--- Starts the server; raises an error when it does not come up.
---@param options { cpu: integer?, logged: boolean?, tls_by: string? } the processor to run on; whether to log requests; the checkout that can make a certificate, for TLS
---@return bench.Stub
function M.start(options)
  local self = setmetatable({ port = free_port() }, M)
  local secure_port = options.tls_by and free_port()
  self.url = secure_port and "https://127.0.0.1:" .. secure_port or "http://127.0.0.1:" .. self.port
  self.directory = assert(uv.fs_mkdtemp(uv.os_tmpdir() .. "/credenco-bench-XXXXXX"))
  self.ca_file = options.tls_by and write_certificate(self.directory, options.tls_by)
  write_file(self.directory .. "/nginx.conf", configuration(self.port, secure_port, self.url, options.logged))
  local command = process.pinned(options.cpu,
    { "setpriv", "--pdeathsig", "TERM", -- it goes even when this program is killed
      "nginx", "-p", self.directory, "-e", "stderr", "-c", self.directory .. "/nginx.conf" })
  self.handle, self.pid = process.start(command, { stdio = { nil, nil, 2 } },
    function(code) self.exit_code = code end)
  local up = process.wait(5000, function() return self.exit_code or get(self.port, "/count") end)
  if not up or self.exit_code then
    self:stop()
    error("nginx did not come up", 0)
  end
  return self
end

---@class bench.Counters
---@field requests integer served since the start, this question not counted
---@field connections integer accepted since the start, this question's not counted
---@field cpu_s number user and system time of the server

--- The server's counters.
---@return bench.Counters
function M:counters()
  local status = assert(get(self.port, "/count"), "nginx does not answer")
  local accepted, requests = status:match "requests%s+(%d+) %d+ (%d+)"
  self.asked = (self.asked or 1) + 1 -- the first question was asked by start
  local stat = read_file(("/proc/%d/stat"):format(self.pid)):match "%) (.*)$"
  local fields = {}
  for field in stat:gmatch "%S+" do
    fields[#fields + 1] = field
  end
  return {
    requests = tonumber(requests) - self.asked,
    connections = tonumber(accepted) - self.asked,
    cpu_s = (tonumber(fields[12]) + tonumber(fields[13])) / 100, -- utime, stime in USER_HZ
  }
end

--- Moves the log aside and gives its lines; only for a server that logs.
---@return string[]
function M:take_log()
  local lines = {}
  local path = self.directory .. "/requests.log"
  for line in io.lines(path) do
    lines[#lines + 1] = line
  end
  write_file(path, "") -- nginx appends, so it goes on at the start
  return lines
end

--- Ends the server and removes its directory.
function M:stop()
  if not self.exit_code then
    uv.process_kill(self.handle, "sigterm")
    process.wait(5000, function() return self.exit_code end)
  end
  remove_directory(self.directory)
end

return M
