--- The private directory of a running sandbox: mode 0700, removed with everything in it.
local uv = require "luv"

local M = {}

local PREFIX = "credenco-sandbox-"

--- The socket in it that shows whether the sandbox is ready.
M.READY_SOCKET = "ready.sock"

-- The socket's name must fit into 104 bytes with a zero at its end (sun_path of macOS and the BSDs; Linux: 108).
local LONGEST = 103 - #("/" .. M.READY_SOCKET)

local function base_directory()
  return os.getenv "TMPDIR" or "/tmp"
end

--- Creates a directory named after this process, so that its owner can be found.
---@return string? dir
---@return string? err
function M.create()
  local base = base_directory()
  local dir, err = uv.fs_mkdtemp(("%s/%s%d-XXXXXX"):format(base, PREFIX, uv.os_getpid()))
  if not dir then
    return nil, ("cannot create a private directory in %s: %s: set TMPDIR to a directory that you may write to"):format(
      base, tostring(err):match "^[%w_]+: ([^:]+)" or tostring(err))
  end
  local path = uv.fs_realpath(dir) or dir
  if #path <= LONGEST then return path end
  uv.fs_rmdir(path)
  return nil, ("the name of the directory %s is too long for a socket in it: set TMPDIR to a shorter one"):format(base)
end

local function is_alive(pid)
  local ok, _, code = uv.kill(pid, 0)
  return ok == 0 or code == "EPERM"
end

--- Removes directories that killed sandboxes have left: those of this user whose process is gone. (Then nginx ends by
--- itself, see watchdog.lua.)
function M.sweep()
  local base, user = base_directory(), uv.os_get_passwd().uid
  local entries = uv.fs_scandir(base)
  if not entries then
    return
  end
  for name in uv.fs_scandir_next, entries do
    local pid = name:match("^" .. PREFIX:gsub("%-", "%%-") .. "(%d+)%-%w+$")
    local found = pid and uv.fs_lstat(base .. "/" .. name)
    if found and found.type == "directory" and found.uid == user and not is_alive(tonumber(pid)) then
      M.remove(base .. "/" .. name)
    end
  end
end

---@return boolean? ok
---@return string? err
function M.write(path, text)
  local file, err = uv.fs_open(path, "w", tonumber("600", 8))
  if not file then
    return nil, ("cannot write %s: %s"):format(path, tostring(err))
  end
  uv.fs_write(file, text, 0)
  uv.fs_close(file)
  return true
end

--- The last `limit` bytes of a text file; "" if it cannot be read.
function M.tail(path, limit)
  local file = io.open(path, "rb")
  if not file then
    return ""
  end
  local text = file:read "*a"
  file:close()
  return text:sub(-limit)
end

--- Removes a directory and everything in it. It may be gone already.
function M.remove(dir)
  local entries = uv.fs_scandir(dir)
  if not entries then
    return
  end
  for name, kind in uv.fs_scandir_next, entries do
    local path = dir .. "/" .. name
    if kind == "directory" then
      M.remove(path)
    else
      uv.fs_unlink(path)
    end
  end
  uv.fs_rmdir(dir)
end

return M
