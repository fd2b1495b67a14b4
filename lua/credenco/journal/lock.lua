--- One run at a time on a SQLite journal: the process holds an exclusive transaction on a file beside it. The operating
--- system ends the transaction with the process, however that dies, so a killed run never blocks the next one.

local core = require "credenco.core"
local database = require "credenco.journal.database"

local M = {}

---@param path string the journal's
---@return credenco.journal.Database? lock close it to release
---@return string? err
function M.take(path)
  if path == ":memory:" then return database.open(path) end
  local place = core.real_path(path) or path -- a file has one lock, under whatever name it is opened or created
  local db, err = database.open(place .. ".lock", { plain = true })
  if not db then return nil, err end
  local ok, lock_err = db:execute("BEGIN EXCLUSIVE")
  if ok then return db end
  db:close()
  if not lock_err:find("locked") then return nil, lock_err end
  return nil, ("another run is at work on %s; wait for it, or use a PostgreSQL journal, "
    .. "which any number of workers share"):format(path)
end

return M
