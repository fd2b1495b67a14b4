--- Files that only their owner can read: they hold offers, and other secrets of a journal.

local uv = require "luv"

local M = {}

M.MODE = 384 -- 0600

--- Creates a file, unless it exists.
---@param path string
---@return boolean? ok
---@return string? err luv's
function M.create(path)
  local fd, err = uv.fs_open(path, "a", M.MODE)
  if not fd then return nil, err end
  uv.fs_close(fd)
  return true
end

--- Why a file cannot be written, as a text to follow its path.
---@param err string of luv, such as `ENOENT: no such file or directory: a/b`
---@return string
function M.cannot_write(err)
  local hint = err:find "^ENOENT" and "; does its directory exist?" or ""
  return ("cannot be written (%s)%s"):format(err:match "^%w+: [^:]+" or err, hint)
end

return M
