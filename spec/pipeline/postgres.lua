-- A PostgreSQL server of the specs' own: in a private folder, on a private socket and no port, without a
-- password, ended by its pid. PostgreSQL refuses to run as root, so root lends it a user.
local files = require "spec.support.files"
local server = require "spec.support.server"
local uv = require "luv"
local wait = require "spec.support.wait"

local USER = "postgres"
-- Of one of its programs; `initdb` alone takes half a minute on a machine that is busy with other things.
local LIMIT_MS = 600000

local M = {}

local Postgres = {}
Postgres.__index = Postgres

-- The newest version that is installed, Debian's way.
local function programs()
  local newest
  local found = uv.fs_scandir("/usr/lib/postgresql")
  while found do
    local name = uv.fs_scandir_next(found)
    if not name then break end
    if tonumber(name) and (not newest or tonumber(name) > newest) then newest = tonumber(name) end
  end
  return newest and ("/usr/lib/postgresql/%d/bin"):format(newest)
end

M.PROGRAMS = programs()

local function as_user(command)
  if uv.getuid() ~= 0 then return command end
  local prefix = { "/usr/bin/setpriv", "--reuid=" .. USER, "--regid=" .. USER, "--clear-groups" }
  for _, word in ipairs(command) do prefix[#prefix + 1] = word end
  return prefix
end

-- The specs may run under a preloaded sanitizer; PostgreSQL's programs need not.
local function environment()
  local list = {}
  for name, value in pairs(uv.os_environ()) do
    if name ~= "LD_PRELOAD" then list[#list + 1] = name .. "=" .. value end
  end
  return list
end

local function run(command)
  local code, output = nil, files.temporary_folder()
  local log = assert(uv.fs_open(output .. "/log", "w", 384))
  assert(uv.spawn(command[1], {
    args = { (table.unpack or unpack)(command, 2) },
    stdio = { nil, log, log },
    env = environment(),
  }, function(status) code = status end))
  wait.until_true(function() return code end, LIMIT_MS)
  local said = files.read(output .. "/log")
  uv.fs_close(log)
  files.remove_folder(output)
  return code, said
end

local function own(path)
  if uv.getuid() ~= 0 then return end
  local id = tonumber((io.popen("id -u " .. USER):read("*l")))
  assert(uv.fs_chown(path, id, tonumber((io.popen("id -g " .. USER):read("*l")))))
end

local function launch(self)
  self.server = assert(server.start {
    folder = files.temporary_folder(),
    command = function()
      return as_user { M.PROGRAMS .. "/postgres", "-D", self.folder .. "/data", "-k", self.folder,
        "-c", "listen_addresses=", "-c", "max_connections=50",
        "-c", "shared_buffers=" .. (self.options.shared_buffers or "16MB") }
    end,
    ready = function()
      return run(as_user { M.PROGRAMS .. "/pg_isready", "-q", "-h", self.folder }) == 0
    end,
  })
end

--- Starts a server with an empty database.
---@param options? { shared_buffers?: string }
---@return table
function M.start(options)
  local self = setmetatable({ folder = files.temporary_folder(), options = options or {} }, Postgres)
  own(self.folder)
  local code, said = run(as_user { M.PROGRAMS .. "/initdb", "-D", self.folder .. "/data", "-U", USER,
    "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C" })
  assert(code == 0, said)
  launch(self)
  self.databases = 0
  return self
end

--- A new, empty database.
---@return string url
function Postgres:database()
  self.databases = self.databases + 1
  local name = "spec" .. self.databases
  local code, said = run(as_user { M.PROGRAMS .. "/createdb", "-h", self.folder, "-U", USER, name })
  assert(code == 0, said)
  return ("postgres://%s@/%s?host=%s"):format(USER, name, self.folder)
end

--- The process whose children serve the connections.
---@return integer
function Postgres:pid()
  return tonumber(files.read(self.folder .. "/data/postmaster.pid"):match("^%d+"))
end

--- Stops the server as an operator would, not waiting for its clients, and starts it again.
function Postgres:restart()
  uv.kill(self:pid(), "sigint")
  self.server:stop()
  launch(self)
end

function Postgres:stop()
  self.server:stop()
  files.remove_folder(self.folder)
end

return M
