--- The rocks that parts of credenco need, and how to install them. Only lua-cjson is always needed. The code requires
--- another rock when it uses it; if the rock is missing, this module explains the error of `require`.

local M = {}

---@class credenco.Rock
---@field rock string its name for luarocks
---@field debian string its Debian package
---@field modules string pattern for the names of its modules
---@field module string one of them
---@field used_for string? nil: the command line itself needs it

---@type credenco.Rock[]
M.LIST = {
  { rock = "lua-cjson", debian = "lua-cjson", module = "cjson", modules = "^cjson" },
  { rock = "argparse", debian = "lua-argparse", module = "argparse", modules = "^argparse$" },
  { rock = "luv", debian = "lua-luv", module = "luv", modules = "^luv$", used_for = "pipelines and the sandbox" },
  { rock = "lpeg", debian = "lua-lpeg", module = "lpeg", modules = "^lpeg$", used_for = "pipelines" },
  { rock = "luaossl", debian = "lua-luaossl", module = "_openssl", modules = "^_?openssl",
    used_for = "pipelines, the webhook and the sandbox" },
  { rock = "luadbi", debian = "lua-dbi-common", module = "DBI", modules = "^DBI$", used_for = "journals" },
  { rock = "luadbi-sqlite3", debian = "lua-dbi-sqlite3", module = "dbd.sqlite3", modules = "^dbd%.sqlite3$",
    used_for = "journals in a file" },
  { rock = "luadbi-postgresql", debian = "lua-dbi-postgresql", module = "dbd.postgresql",
    modules = "^dbd%.postgresql$", used_for = "journals in PostgreSQL" },
}

local function rock_of(module)
  for _, row in ipairs(M.LIST) do
    if module:find(row.modules) then return row end
  end
end

local NOT_FOUND = "module '([^'\n]+)' not found"
local NOT_LOADED = "error loading module '([^'\n]+)' from file '[^'\n]*':%s*([^\n]*)"

-- Debian's luarocks installs for Lua 5.1 unless it is told the version. An error of `require` lists the places of the Lua
-- that looked, which may be that of nginx.
local function version_in(problem)
  return problem:match "/lua/(5%.%d)/" or _VERSION:match "%d%.%d"
end

--- How to install a rock.
---@param row credenco.Rock
---@param problem string the error of `require`
---@return string
function M.installation(row, problem)
  return ("luarocks --lua-version=%s install %s, or apt-get install %s"):format(
    version_in(problem), row.rock, row.debian)
end

--- Explains an error about a missing rock, as the end of a sentence: "needs lpeg: luarocks ... install lpeg ...".
---@param problem string an error of `require`, or a text that contains one
---@return string? advice nil if the error is about something else
function M.advice(problem)
  local row = rock_of(problem:match(NOT_FOUND) or "")
  if row then return ("needs %s: %s"):format(row.rock, M.installation(row, problem)) end
  local module, reason = problem:match(NOT_LOADED)
  row = module and rock_of(module)
  return row and ("cannot load %s: %s"):format(row.rock, reason) or nil
end

return M
