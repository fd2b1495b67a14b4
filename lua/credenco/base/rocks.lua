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

--- Explains an error about a missing rock, as the end of a sentence: "needs lpeg: luarocks install ...".
---@param problem string an error of `require`, or a text that contains one
---@return string? advice nil if the error is about something else
function M.advice(problem)
  local row = rock_of(problem:match(NOT_FOUND) or "")
  if row then return ("needs %s: luarocks install %s, or apt-get install %s"):format(row.rock, row.rock, row.debian) end
  local module, reason = problem:match(NOT_LOADED)
  row = module and rock_of(module)
  return row and ("cannot load %s: %s"):format(row.rock, reason) or nil
end

return M
