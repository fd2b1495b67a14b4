--- Writes files. New ones are for their owner only.
local private_file = require "credenco.journal.private_file"

local M = {}

---@param path string
---@param content string
---@return boolean? ok
---@return string? err names the file
function M.write(path, content)
  private_file.create(path) -- what is wrong with the path is said below
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
