--- The settings of this sandbox inside nginx: read once in the master process, before the
--- workers are forked, and the same table in all of them.
local json = require "credenco.sandbox.ground.json"

local M = {}

local function read_file(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

--- Fills this module with the settings: `config.base_url`, `config.api_key` and so on.
---@param path string settings.json, written by the side outside nginx
function M.load(path)
  for name, value in pairs(assert(json.decode_object(read_file(path)))) do
    M[name] = value
  end
end

return M
