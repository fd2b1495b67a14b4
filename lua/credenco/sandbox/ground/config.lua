--- The settings of this sandbox inside nginx. The master process reads them before it forks the workers, so all have
--- the same table.
local json = require "credenco.sandbox.ground.json"

local M = {}

local function read_file(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

--- Fills this module with the settings: `config.base_url`, `config.api_key` and so on.
---@param path string settings.json, written by the process outside nginx
function M.load(path)
  for name, value in pairs(assert(json.decode_object(read_file(path)))) do
    M[name] = value
  end
end

return M
