--- Checks that a journal's file is still the one that was opened, complete, and has only one name. SQLite continues to
--- write into a file that was removed, replaced or cut, and the next run would find nothing there. A lock and a
--- write-ahead log depend on the file's name, so two runs under two names would not see each other.

local uv = require "luv"

local M = {}

---@class credenco.journal.Edition
---@field path string the real path, independent of the current directory
---@field device integer
---@field inode integer
---@field size integer the largest size so far: a run never makes the file smaller
---@field log? integer the inode of its write-ahead log, once there is one: it stays as long as the run

local LINKED = "has %d names (hard links), and a lock protects only one of them: remove the other names, "
  .. "or make a copy of the file instead"
local GONE = "no longer exists: the file was removed or moved while the run used it, so the "
  .. "last changes may be lost. Put it back before you run again: a new journal would issue everything again"
local REPLACED = "is no longer the file with which the run began, so the last changes may be lost. "
  .. "Put the first file back before you run again: another journal would issue everything again"
local CUT = "was truncated while the run used it, so its records may be lost. Put back a copy before you "
  .. "run again: a new journal would issue everything again"

local WITHOUT_LOG = "has lost its write-ahead log: the -wal file beside it was removed or replaced while the run "
  .. "used it. Run the same command again"

local function flaw_of(found)
  return found.nlink > 1 and LINKED:format(found.nlink) or nil
end

--- The current state of a file.
---@param path string
---@return credenco.journal.Edition?
---@return string? flaw why it must not be used
function M.of(path)
  local real = uv.fs_realpath(path)
  local found = real and uv.fs_stat(real)
  if not found then return nil, GONE end
  local flaw = flaw_of(found)
  if flaw then return nil, flaw end
  return { path = real, device = found.dev, inode = found.ino, size = found.size }
end

-- The last changes are in the log alone until the run ends: if it is killed, they are gone with the log.
local function has_lost_log(edition)
  local log = uv.fs_stat(edition.path .. "-wal")
  if edition.log then return not log or log.ino ~= edition.log end
  edition.log = log and log.ino
  return false
end

--- Describes what has happened to a file since.
---@param edition credenco.journal.Edition
---@return string? flaw nil if nothing has
function M.flaw(edition)
  local found = uv.fs_stat(edition.path)
  if not found then return GONE end
  if found.dev ~= edition.device or found.ino ~= edition.inode then return REPLACED end
  if found.size < edition.size then return CUT end
  edition.size = found.size
  if has_lost_log(edition) then return WITHOUT_LOG end
  return flaw_of(found)
end

return M
