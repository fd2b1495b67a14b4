--- The name of a journal: the URL of a database server, or the path of a file.

local M = {}

--- The possible names of a journal, for messages and the help.
M.FORMS = "a SQLite file, or postgres://[USER@]HOST/DATABASE"

-- The servers by the schemes of their URLs: the module beside this one, and luadbi's name for the driver.
local SERVERS = {
  postgres = "postgresql", postgresql = "postgresql",
}

local function server_of(url)
  return SERVERS[url:match "^(%a[%w+]*)://" or ""]
end

---@param url string
---@return boolean
function M.is_server(url)
  return server_of(url) ~= nil
end

--- Why a name cannot be a journal: the URL of another database would count as a file's path.
---@param url string
---@return string?
function M.flaw(url)
  if url:find "^%a[%w+]*://" and not M.is_server(url) then return "a journal is " .. M.FORMS end
end

--- The name of the dialect's module.
---@param url string
---@return string
function M.dialect(url)
  return server_of(url) or "sqlite"
end

--- The rock with luadbi's driver.
---@param url string
---@return string
function M.driver_rock(url)
  return "luadbi-" .. (server_of(url) or "sqlite3")
end

--- A journal's name in a form that may be printed.
---@param url string
---@return string
function M.without_password(url)
  if not M.is_server(url) then return url end
  -- up to the last @: an unencoded password may hold any character
  return (url:gsub("^(%w+://[^:/@?]*):.*@", "%1@"):gsub("([?&]%w*password=)[^&]*", "%1..."))
end

---@param url string
---@return boolean
function M.has_password(url)
  return M.without_password(url) ~= url
end

return M
