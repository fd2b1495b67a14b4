--- Reads the options of credenco.new (described in credenco.base.settings) and their inner tables.

local described = require "credenco.base.settings"
local loop = require "credenco.loop"
local of_oauth2 = require "credenco.base.oauth2_settings"
local options = require "credenco.base.options"

local M = {}

M.RETRY = {
  max_attempts = { type = "integer", default = 3, min = 1, max = 100 },
  base_ms = { type = "integer", default = 100, min = 0, max = 3600000 },
  cap_ms = { type = "integer", default = 5000, min = 0, max = 3600000 },
}

local function shared_dict(name)
  if not loop.shared_dict then return "is for nginx only" end
  if not loop.shared_dict(name) then return "must name a lua_shared_dict of nginx's configuration" end
end

-- The described options, and a check that needs nginx.
M.OAUTH2 = {}
for name, setting in pairs(of_oauth2.SPEC) do M.OAUTH2[name] = setting end
M.OAUTH2.shared_dict = { type = "string", check = shared_dict }

local function read_oauth2(what, given, level)
  local read = options.read(what, M.OAUTH2, given, level + 1)
  local problem = of_oauth2.problem_with(read)
  if problem then error(("%s: %s"):format(what, problem), level + 1) end
  return read
end

local function without_trailing_slash(text)
  return (text:gsub("/+$", ""))
end

--- Checks the options of credenco.new and fills in defaults, in a copy.
---@param given credenco.Options
---@param level integer
---@return table
function M.read(given, level)
  local what = "credenco.new"
  local read = options.read(what, described.SPEC, given, level + 1)
  if (read.api_key and 1 or 0) + (read.api_key_file and 1 or 0) + (read.oauth2 and 1 or 0) > 1 then
    error(what .. ": give either api_key, api_key_file or oauth2", level + 1)
  end
  if not read.client_cert and (read.client_key or read.client_key_passphrase_file) then
    error(what .. ": client_cert is missing: client_key and client_key_passphrase_file are for it", level + 1)
  end
  read.retry = options.read(what .. " retry", M.RETRY, read.retry, level + 1)
  if read.oauth2 then
    read.oauth2 = read_oauth2(what .. " oauth2", read.oauth2, level + 1)
  end
  read.base_url = without_trailing_slash(read.base_url)
  read.wallet_base_url = without_trailing_slash(read.wallet_base_url or read.base_url)
  return read
end

return M
