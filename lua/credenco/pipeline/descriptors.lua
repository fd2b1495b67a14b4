--- The number of files and sockets that this process may still open (`ulimit -n`). With too few, records would fail
--- without a fault of their own.

local uv = require "luv"

local M = {}

-- The files that a run opens besides a connection for each request in flight: the journal's thread and its connection,
-- SQLite's own files, name lookups.
local BESIDE = 24

-- Reads the whole text: files under /proc have no size.
local function read(path)
  local file = io.open(path)
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

local function limit()
  local limits = read "/proc/self/limits"
  local soft = limits and limits:match "Max open files%s+(%d+)"
  return soft and tonumber(soft)
end

local function open_now()
  local scan = uv.fs_scandir "/proc/self/fd"
  local count = 0
  while scan and uv.fs_scandir_next(scan) do count = count + 1 end
  return count
end

local TOO_FEW = "this process may open %d files at a time, and a run needs %d or more: "
  .. "raise that with  ulimit -n %d  in the same shell; nothing was sent"

--- The number of requests that may be in flight.
---@param wanted integer
---@return integer? concurrency the wanted number, or fewer; nil if there is no room for any
---@return string? err
function M.bounded(wanted)
  local most = limit()
  if not most then return wanted end
  local used = open_now() + BESIDE
  if most > used then return math.min(wanted, most - used) end
  return nil, TOO_FEW:format(most, used + 1, used + wanted)
end

return M
