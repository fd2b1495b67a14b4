--- Writes files. New ones are for their owner only: what goes into them are offers, and what a journal keeps private.
local uv = require "luv"

local M = {}

local OWNER_ONLY = 384 -- 0600

---@param path string
---@param content string
---@return boolean? ok
---@return string? err names the file
function M.write(path, content)
  local fd = uv.fs_open(path, "a", OWNER_ONLY)
  if fd then uv.fs_close(fd) end
  local file, err = io.open(path, "wb")
  if not file then return nil, err end
  local ok, write_err = file:write(content)
  local closed, close_err = file:close()
  if ok and closed then
    return true
  end
  return nil, path .. ": " .. tostring(write_err or close_err)
end

return M
