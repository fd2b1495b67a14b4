-- An environment in which only some rocks can be loaded: paths on which nothing is but this checkout, and a folder of
-- links to the modules of those rocks.
local uv = require "luv"

local searchpath = package.searchpath -- luacheck: ignore 143

local M = {}

--- The modules of each rock.
M.MODULES = {
  ["lua-cjson"] = { "cjson" },
  argparse = { "argparse" },
  luv = { "luv" },
  lpeg = { "lpeg" },
  luaossl = { "_openssl", "openssl", "openssl.auxlib", "openssl.bignum", "openssl.digest", "openssl.hmac",
    "openssl.pkey", "openssl.rand", "openssl.x509", "openssl.x509.altname", "openssl.x509.extension",
    "openssl.x509.name" },
  luadbi = { "DBI" },
  ["luadbi-sqlite3"] = { "dbd.sqlite3" },
  ["luadbi-postgresql"] = { "dbd.postgresql" },
}

--- All rocks but one.
---@param hidden string
---@return string[]
function M.without(hidden)
  local left = {}
  for rock in pairs(M.MODULES) do
    if rock ~= hidden then left[#left + 1] = rock end
  end
  return left
end

local function link(folder, rock)
  for _, module in ipairs(M.MODULES[rock]) do
    local path = searchpath(module, package.path) or searchpath(module, package.cpath)
    if path then
      local at = folder .. "/" .. module:gsub("%.", "/") .. path:match "%.%w+$"
      uv.fs_mkdir(at:match "^(.*)/", 448)
      assert(uv.fs_symlink(uv.fs_realpath(path), at))
    end
  end
end

local function of_this_checkout(path)
  local kept = {}
  for template in path:gmatch "[^;]+" do
    if template:sub(1, #uv.cwd()) == uv.cwd() then kept[#kept + 1] = template end
  end
  return table.concat(kept, ";")
end

--- The variables to run a program with.
---@param folder string where the links are made
---@param rocks string[]
---@return table<string, string>
function M.environment(folder, rocks)
  assert(uv.fs_mkdir(folder, 448))
  for _, rock in ipairs(rocks) do link(folder, rock) end
  return {
    LUA_PATH = ("%s;%s/?.lua"):format(of_this_checkout(package.path), folder),
    LUA_CPATH = ("%s;%s/?.so"):format(of_this_checkout(package.cpath), folder),
  }
end

return M
