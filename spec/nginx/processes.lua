-- The processes of an nginx that a spec has started, as Linux shows them.
local uv = require "luv"
local files = require "spec.support.files"
local wait = require "spec.support.wait"

local M = {}


-- The file is there before its content is.
---@param server spec.Server
---@return integer pid
function M.master(server)
  local function written() return tonumber(files.read(server.folder .. "/pid")) end
  return assert(wait.until_true(written), "nginx has no pid")
end

---@param pid integer
---@return integer[] pids
function M.children(pid)
  local list = {}
  for child in (files.read(("/proc/%d/task/%d/children"):format(pid, pid)) or ""):gmatch "%d+" do
    list[#list + 1] = tonumber(child)
  end
  return list
end

---@return integer[] pids
function M.workers(server)
  return M.children(M.master(server))
end

--- The only worker; nginx listens before it has one, and has two while it reloads.
---@return integer pid
function M.worker(server)
  local function only_one()
    local pids = M.workers(server)
    return #pids == 1 and pids[1]
  end
  return assert(wait.until_true(only_one), "there is not one worker")
end

--- The worker that takes over, once the old one has gone.
---@param old integer
---@return integer pid
function M.successor(server, old)
  local function replaced()
    local pids = M.workers(server)
    return #pids == 1 and pids[1] ~= old and pids[1]
  end
  return assert(wait.until_true(replaced), "the old worker has not gone")
end

--- Tells nginx to reload; gives the worker that takes over.
---@return integer pid
function M.reload(server)
  local old = M.worker(server)
  uv.kill(M.master(server), "sighup")
  return M.successor(server, old)
end

---@param pid integer
---@return integer
function M.open_descriptors(pid)
  local count, entries = 0, assert(uv.fs_scandir(("/proc/%d/fd"):format(pid)))
  while uv.fs_scandir_next(entries) do count = count + 1 end
  return count
end

---@param pid integer
---@return integer kib
function M.resident_kib(pid)
  return assert(tonumber(files.read(("/proc/%d/status"):format(pid)):match "VmRSS:%s*(%d+)"))
end

--- Time on a processor so far.
---@param pid integer
---@return number ms
function M.cpu_ms(pid)
  return files.read(("/proc/%d/schedstat"):format(pid)):match "%d+" / 1e6
end

return M
