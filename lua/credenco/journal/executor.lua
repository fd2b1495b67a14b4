--- Executes lists of writes, each list as one transaction: here, or as the other end of `credenco.journal.background`,
--- in a thread with its own connection.

local batch = require "credenco.journal.batch"
local cjson = require("cjson").new() -- with settings of its own
local database = require "credenco.journal.database"
local uv = require "luv"

local M = {}

local CHUNK_BYTES = 65536

--- Makes the changes of all groups, inside a transaction.
---@param db credenco.journal.Database
---@param groups credenco.journal.Write[][]
---@return (integer|any[][])[]? results of each group, see `credenco.journal.batch.carry_out`
---@return string? err
function M.change_all(db, groups)
  local results = {}
  for i, writes in ipairs(groups) do
    local result, err = batch.carry_out(db, writes)
    if not result then return nil, err end
    results[i] = result
  end
  return results
end

--- Makes the changes of all groups in one transaction.
---@param db credenco.journal.Database
---@param groups credenco.journal.Write[][]
---@return (integer|any[][])[]? results of each group
---@return string? err nothing was changed
function M.carry_out(db, groups)
  return db:transaction(function() return M.change_all(db, groups) end)
end

-- The next line, or nil when the other end is closed. The sender waits for the result before it sends the next line, so
-- the end of a line is the end of the input.
local function next_line(fd)
  local chunks = {}
  repeat
    local chunk = uv.fs_read(fd, CHUNK_BYTES, -1)
    if not chunk or chunk == "" then return nil end
    chunks[#chunks + 1] = chunk
  until chunk:sub(-1) == "\n"
  return table.concat(chunks)
end

local function send(fd, message)
  local text = cjson.encode(message) .. "\n"
  while text ~= "" do -- a signal may interrupt the write of a long text
    local written = uv.fs_write(fd, text, -1)
    if not written then return end
    text = text:sub(written + 1)
  end
end

local function attempt(db, line)
  local ok, results, err = pcall(function() return M.carry_out(db, cjson.decode(line)) end)
  if not ok then return { err = tostring(results) } end
  return { results = results, err = err }
end

--- Serves one background connection until its other end is closed. It reads a line of JSON for each transaction, and
--- writes a line with the result.
---@param fd integer a socket, closed at the end
---@param url string
function M.serve(fd, url)
  local db, err = database.open(url)
  if db then
    local ready, why = db.dialect.look_up_by_key(db)
    if not ready then err = why end
  end
  send(fd, { err = err })
  if db then
    for line in next_line, fd do send(fd, attempt(db, line)) end
    db:close()
  end
  uv.fs_close(fd)
end

return M
