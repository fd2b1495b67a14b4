-- Prometheus' own judgement of what is written for it (Debian: prometheus, which script/setup leaves out: with what it
-- pulls in it takes 320 MB).
local files = require "spec.support.files"

local M = {}

---@return boolean
function M.is_there()
  return (os.execute "command -v promtool >/dev/null 2>&1") == true or os.execute "command -v promtool >/dev/null 2>&1" == 0
end

--- What `promtool check metrics` has to say about a text; "" for nothing.
---@param text string
---@return string
function M.check(text)
  local folder = files.temporary_folder()
  files.write(folder .. "/metrics", text)
  local pipe = assert(io.popen("promtool check metrics <" .. folder .. "/metrics 2>&1"))
  local said = pipe:read "*a"
  pipe:close()
  files.remove_folder(folder)
  return said
end

return M
