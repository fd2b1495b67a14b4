--- Connections to SQLite and PostgreSQL through luadbi, and its errors in plain words.

local cannot_write = require "credenco.journal.cannot_write"
local private_file = require "credenco.journal.private_file"
local url_of = require "credenco.journal.url"
local uv = require "luv"

local M = {}

--- Stands at the end of a message of which something was left out.
M.LEFT_OUT = " ..."

-- What a server adds to its message shows the values of rows, or the statement that held them.
local ADDED = { "\nDETAIL:.*", "\nQUERY:.*", "\nCONTEXT:.*" }

-- The place in luadbi's source or the words around the server's message help nobody.
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
  return text:gsub("^ERROR: +", ""):match("^(.-)%s*$")
end

-- luadbi gives false or nil with an error, or throws.
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

-- A missing rock is an error, which `credenco.base.rocks` explains.
local function load_driver(name)
  require("dbd." .. name)
  return require "DBI"
end

--- Makes a database for its owner only that others could read before. Its file is not opened for that: to close it
--- would end every lock that this process holds on it.
---@param path string of what is known to be a database: nobody's folder or text file is to change
---@return boolean? ok
---@return string? err
function M.keep_private(path)
  if path == ":memory:" then return true end
  local ok, err = uv.fs_chmod(path, private_file.MODE)
  if not ok then return nil, cannot_write(err) end
  return true
end

local connect = {}

function connect.sqlite(path, options)
  local dbi = load_driver "sqlite3"
  if path ~= ":memory:" and not uv.fs_stat(path) then
    if options.read_only then return nil, "there is no such file" end
    local created, err = private_file.create(path) -- SQLite would create it readable by everybody
    if not created then return nil, cannot_write(err) end
  end
  return M.protected(dbi.Connect, "SQLite3", path)
end

function connect.postgresql(url)
  local dbi = load_driver "postgresql"
  local connection = M.protected(dbi.Connect, "PostgreSQL", url) -- libpq takes a whole URL as the database's name
  if connection then return connection end
  -- luadbi sends a statement before it looks whether it is connected; over that libpq forgets why it is not
  return nil, "cannot be connected to: `psql` with the same URL says why, which Lua's driver does not"
end

--- Connects, creating a SQLite file for its owner only.
---@param url string
---@param options { read_only?: boolean }
---@return table? connection
---@return string? err
function M.open(url, options)
  local dialect = url_of.is_postgresql(url) and "postgresql" or "sqlite"
  local connection, err = connect[dialect](url, options)
  if not connection then return nil, err end
  connection:autocommit(true)
  return connection
end

return M
