-- An nginx with this checkout's module in it, and a spec's hand inside of it.
local uv = require "luv"
local cjson = require "cjson"
local http = require "spec.support.http"
local nginx = require "spec.support.nginx"

-- Whichever engine the specs run on, nginx's is LuaJIT.
local PACKAGE_PATH = 'lua_package_path "$root/lua/?.lua;$root/lua/?/init.lua;$root/?.lua;;";'

local PATHS = [[
  lua_package_cpath "$root/build/luajit/lib/?.so;;";
  lua_socket_log_errors off;
]]

local RUN = [[
  client_max_body_size 16m;
  client_body_buffer_size 16m;
  location = /run { content_by_lua_file $root/spec/nginx/inside.lua; }
]]

local RUN_TIMEOUT_MS = 600000 -- of hundreds of cases at once
local LOG_TAIL_BYTES = 4000

local worker = {}

---@class spec.Worker : spec.Server
local methods = {}

local function rooted(text)
  return (text:gsub("%$root", (uv.cwd():gsub("%%", "%%%%"))))
end

--- Runs Lua in a request's content phase; `...` in it is the argument. What crosses
--- over does so as JSON.
---@param code string
---@param argument any
---@return any ...
function methods:run(code, argument)
  local status, body = http.request(self.port, "POST", "/run", cjson.encode { code = code, argument = argument }, RUN_TIMEOUT_MS)
  assert(status == 200, ("nginx answered %s: %s\n%s"):format(tostring(status), tostring(body), self:error_log():sub(-LOG_TAIL_BYTES)))
  local outcome = cjson.decode(body)
  for i = 1, outcome.count do
    if outcome.values[i] == cjson.null then outcome.values[i] = nil end
  end
  if not outcome.ok then error("inside nginx: " .. tostring(outcome.values[1]), 2) end
  return (table.unpack or unpack)(outcome.values, 1, outcome.count)
end

---@param options spec.NginxOptions?  `$root` in it is the root of the project; `package_path` replaces that directive
---@return spec.Worker
function worker.start(options)
  local all = {}
  for name, value in pairs(options or {}) do all[name] = value end
  all.lua = true
  all.http = rooted((all.package_path or PACKAGE_PATH) .. PATHS .. (all.http or ""))
  all.server = rooted(RUN .. (all.server or ""))
  local server = nginx.start(all)
  for name, method in pairs(methods) do server[name] = method end
  return server
end

return worker
