--- luadbi: its drivers, and its errors in plain text.

local M = {}

--- The end of a message that was shortened.
M.LEFT_OUT = " ..."

-- Details in a server's message show the values of rows, or the statement that held them.
local ADDED = { "\nDETAIL:.*", "\nQUERY:.*", "\nCONTEXT:.*" }

-- Errors of a pooler that gives each transaction another session.
local POOLED = 'prepared statement "[^"]*" [%l ]*exist'
local POOLER = " (is there a pooler in between, as PgBouncer in transaction mode? A journal needs sessions of its "
  .. "own: give the server itself, or a pool in session mode)"

-- Removes the position in luadbi's source, and the words around the server's message.
---@param err any
---@return string
function M.plain_error(err)
  local text = tostring(err):gsub("^[^%s:]*:%d+: ", "")
  for _, added in ipairs(ADDED) do text = text:gsub(added, M.LEFT_OUT) end
  text = text:gsub("%s+", " ")
  for _, prefix in ipairs { "Error preparing statement handle: ", "Error executing statement parameters: ",
    "Execute failed ", "Fetch failed ", "Failed to connect to database: ", "Error binding statement parameters: " } do
    if text:sub(1, #prefix) == prefix then text = text:sub(#prefix + 1) end
  end
  text = text:gsub("^ERROR: +", ""):match("^(.-)%s*$")
  return text:find(POOLED) and text .. POOLER or text
end

--- Calls a function of luadbi, which returns false or nil with an error, or throws.
---@param fn function
---@param ... any
---@return any result
---@return string? err one line
function M.protected(fn, ...)
  local ok, result, err = pcall(fn, ...)
  if not ok then return nil, M.plain_error(result) end
  if not result then return nil, M.plain_error(err or "the database gave no reason") end
  return result
end

--- Loads luadbi with one of its drivers. A missing rock is an error, which `credenco.base.rocks` explains.
---@param name string
---@return table dbi
function M.load(name)
  require("dbd." .. name)
  return require "DBI"
end

return M
