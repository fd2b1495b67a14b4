--- Reads a small file, such as a key or a certificate.

local M = {}

M.MAX_BYTES = 65536

---@param path string
---@return string? content
---@return string? problem  the end of a sentence
function M.read(path)
  local file, err = io.open(path, "rb")
  if not file then return nil, "cannot be opened: " .. err end
  local content
  content, err = file:read(M.MAX_BYTES + 1)
  file:close()
  if err then return nil, "cannot be read: " .. err end
  if #(content or "") > M.MAX_BYTES then return nil, ("is longer than %d bytes"):format(M.MAX_BYTES) end
  return content or ""
end

return M
