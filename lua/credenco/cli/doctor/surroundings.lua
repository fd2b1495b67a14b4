--- This machine: the Lua, the rocks that parts of credenco need, libcurl, the limit of open files, nginx.
local core = require "credenco.core"
local exit_code = require "credenco.cli.exit_code"
local rocks = require "credenco.base.rocks"

local M = { name = "surroundings", title = "This machine", code = exit_code.usage }

-- A missing rock is a failure only if the requested commands need it.
local function check_rock(context, row)
  local ok, problem = pcall(require, row.module)
  if ok then return "ok", "there" end
  local state = context.rocks_in_use[row.rock] and "failure" or "warning"
  problem = tostring(problem)
  local reason = rocks.advice(problem) or problem
  local broken = reason:match "^cannot load [%w-]+: (.*)"
  return state, ("%s, for %s"):format(broken and "cannot be loaded: " .. broken or "not there", row.used_for),
    rocks.installation(row, problem)
end

local function check_engine()
  local engine = jit and jit.version or _VERSION
  return "ok", ("%s, credenco %s, %s"):format(engine, core.version, require("credenco.curl").version:match "^%S+")
end

local IN_FLIGHT = 64 -- requests in flight of a run, unless --concurrency says otherwise

local function check_open_files()
  local bounded, err = require("credenco.pipeline.descriptors").bounded(IN_FLIGHT)
  if bounded == IN_FLIGHT then return "ok", "enough for a run" end
  return "warning", err and err:gsub(": raise.*", "") or ("enough for a run with --concurrency %d"):format(bounded),
    "raise the limit with  ulimit -n 1024  in the same shell"
end

local NGINX = "install it (Debian: apt-get install nginx libnginx-mod-http-lua), or name one with --nginx"
local BUILD = "build it for LuaJIT too (cmake -DCREDENCO_LUA=luajit), or set CREDENCO_LUAJIT_CPATH to its place"

local function check_nginx(context)
  local binary, err = require("credenco.sandbox.host.install").find_nginx(context.args.nginx)
  if binary then return "ok", binary end
  return "warning", err:gsub("%. .*", "") .. "; the sandbox and the use in nginx need it", NGINX
end

local function check_build()
  local template, err = require("credenco.sandbox.host.install").find_build()
  if template then return "ok", template end
  return "warning", err:gsub(": cmake.*", "") .. "; the sandbox and the use in nginx need it", BUILD
end

---@return credenco.doctor.Row[]
function M.rows()
  local rows = { { id = "engine", title = "Lua", check = check_engine } }
  for _, row in ipairs(rocks.LIST) do
    if row.used_for then
      rows[#rows + 1] = { id = "rock_" .. row.rock, rock = row.rock, title = row.rock,
        check = function(context) return check_rock(context, row) end }
    end
  end
  rows[#rows + 1] = { id = "open_files", title = "open files", rocks = { "luv" }, check = check_open_files }
  rows[#rows + 1] = { id = "nginx", title = "nginx", rocks = { "luv" }, check = check_nginx }
  rows[#rows + 1] = { id = "luajit_build", title = "build for LuaJIT", rocks = { "luv" }, check = check_build }
  return rows
end

return M
