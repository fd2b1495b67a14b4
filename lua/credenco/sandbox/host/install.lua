--- Finds nginx, its Lua modules, and this project's own files on this machine.
local shell_quoted = require "credenco.base.shell_quoted"
local uv = require "luv"

local M = {}

local PACKAGES = "Debian: apt install nginx libnginx-mod-http-lua lua-cjson lua-luaossl"

local MODULE_DIRECTORIES = { "/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/local/lib/nginx/modules" }

local function exists(path)
  return uv.fs_stat(path) ~= nil
end

--- The search path, and directories of servers that ordinary users do not have in it.
local function binary_directories()
  local directories = {}
  for directory in ((os.getenv "PATH" or "") .. ":/usr/sbin:/usr/local/sbin"):gmatch "[^:]+" do
    directories[#directories + 1] = directory
  end
  return directories
end

-- Search permission for a directory looks the same as permission to run a file.
local function is_program(path)
  local found = uv.fs_stat(path)
  return found ~= nil and found.type == "file" and uv.fs_access(path, "X")
end

---@param named string? path of the one to use
local function find_binary(named, directories)
  if named then
    if is_program(named) then
      return uv.fs_realpath(named)
    end
    return nil, named .. " is not a program that you may run"
  end
  for _, directory in ipairs(directories) do
    local path = directory .. "/nginx"
    if is_program(path) then
      return path
    end
  end
  return nil, "nginx is not installed. " .. PACKAGES .. "; or name one with --nginx"
end

--- The build options from `nginx -V`, which name its module directory.
local function build_arguments(binary)
  local pipe = io.popen(shell_quoted(binary) .. " -V 2>&1")
  if not pipe then
    return ""
  end
  local text = pipe:read "*a"
  pipe:close()
  return text
end

local function find_modules(binary)
  local arguments = build_arguments(binary)
  if arguments:find "%-%-add%-module=%S*lua%-nginx%-module" or arguments:find "%-%-add%-module=%S*ngx_lua" then
    return false -- built in, as in OpenResty: if it were loaded again, nginx would not start
  end
  local directories = { arguments:match "%-%-modules%-path=(%S+)" }
  for _, directory in ipairs(MODULE_DIRECTORIES) do
    directories[#directories + 1] = directory
  end
  for _, directory in ipairs(directories) do
    if exists(directory .. "/ngx_http_lua_module.so") then
      return directory
    end
  end
  return nil, binary .. " has no Lua module. " .. PACKAGES
end

--- The directory that holds `credenco/`, from the place of this file.
local function lua_root()
  local source = debug.getinfo(1, "S").source:gsub("^@", "")
  local root = source:match "^(.*)/credenco/sandbox/host/install%.lua$" or "."
  return uv.fs_realpath(root) or root
end

--- The places for LuaJIT, which runs in nginx, that correspond to those of this Lua: Debian and LuaRocks call its
--- directory 5.1.
---@param path string package.path or package.cpath
local function for_luajit(path)
  local templates = {}
  for template in path:gmatch "[^;]+" do
    local there = template:gsub("/lua/5%.[2-5]/", "/lua/5.1/")
    if there:find '^/[^"$;{}\\%c]*/lua/5%.1/' then
      templates[#templates + 1] = there
    end
  end
  return table.concat(templates, ";")
end

--- Where this project's shared objects for LuaJIT can be, in order: CREDENCO_LUAJIT_CPATH (in the form of LUA_CPATH),
--- the build tree of a checkout, beside the Lua files of an installation, where this Lua looks, the usual places.
local function cpath_templates(root)
  local prefix = root:match "^(.*)/share/lua/[%d.]+$"
  return table.concat({
    os.getenv "CREDENCO_LUAJIT_CPATH" or "",
    root:gsub("/lua$", "") .. "/build/luajit/lib/?.so",
    prefix and prefix .. "/lib/lua/5.1/?.so" or "",
    for_luajit(package.cpath),
    "/usr/local/lib/lua/5.1/?.so",
    "/usr/lib/lua/5.1/?.so",
  }, ";")
end

--- The template that finds `credenco.curl` for LuaJIT, for the wallet's HTTP.
---@return string? template
---@return string? err what to do
function M.find_build()
  for template in cpath_templates(lua_root()):gmatch "[^;]+" do
    local path = template:gsub("%?", "credenco/curl")
    if exists(path) then
      local directory = template:match "^(.*)/%?%.so$" or "."
      return (uv.fs_realpath(directory) or directory) .. "/?.so"
    end
  end
  return nil, "credenco is not built for LuaJIT, which nginx runs: cmake -DCREDENCO_LUA=luajit, "
    .. "and set CREDENCO_LUAJIT_CPATH if the build is not found"
end

---@class credenco.SandboxInstall
---@field binary string nginx
---@field modules string|false directory of nginx's dynamic modules; false if Lua is compiled in
---@field lua_root string
---@field lua_cpath string for package.cpath inside nginx
---@field more_path string? further places of Lua modules: not every nginx looks where the system's does
---@field more_cpath string?

--- An nginx with Lua.
---@param nginx string? the one to use; default: the first that is found
---@param directories string[]? where to look for it
---@return string? binary nil if there is none
---@return string|false modules what to install, if there is none; else see `credenco.SandboxInstall`
function M.find_nginx(nginx, directories)
  local binary, err = find_binary(nginx, directories or binary_directories())
  if not binary then
    return nil, err
  end
  local modules, modules_err = find_modules(binary)
  if modules == nil then
    return nil, modules_err
  end
  return binary, modules
end

---@param nginx string? the one to use; default: the first that is found
---@param directories string[]? where to look for nginx
---@return credenco.SandboxInstall? install
---@return string? err what to install
function M.find(nginx, directories)
  local binary, modules = M.find_nginx(nginx, directories)
  if not binary then
    return nil, modules
  end
  local cpath, err = M.find_build()
  if not cpath then
    return nil, err
  end
  return {
    binary = binary, modules = modules, lua_root = lua_root(), lua_cpath = cpath,
    more_path = for_luajit(package.path), more_cpath = for_luajit(package.cpath),
  }
end

return M
