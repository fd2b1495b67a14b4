--- What a journal's name says: a file, or a PostgreSQL database.

local M = {}

---@param url string
---@return boolean
function M.is_postgresql(url)
  return url:find("^postgres://") ~= nil or url:find("^postgresql://") ~= nil
end

--- A database of a kind that no journal can be in. It would be taken for a file's path.
---@param url string
---@return boolean
function M.is_unknown(url)
  return url:find("^%a[%w+]*://") ~= nil and not M.is_postgresql(url)
end

--- A journal's name as it may be printed.
---@param url string
---@return string
function M.without_password(url)
  if not M.is_postgresql(url) then return url end
  -- up to the last @: a password that should be encoded and is not may hold anything
  return (url:gsub("^(%w+://[^:/@?]*):.*@", "%1@"):gsub("([?&]%w*password=)[^&]*", "%1..."))
end

---@param url string
---@return boolean
function M.has_password(url)
  return M.without_password(url) ~= url
end

return M
