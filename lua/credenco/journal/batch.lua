--- Statements over many items, as data: the SQL, and all its values in a row. Such a write can be carried out here,
--- or handed to a thread (`credenco.journal.background`). How many rows go into one is the dialect's.

local M = {}

--- One statement over a list of items.
---@class credenco.journal.Statement
---@field sql string in which `v` is a table of the items (`{from_v}` brings it into an UPDATE or SELECT, `{record_is_v}`
---  joins it to the records of `:workflow`), and `:name` a parameter that is the same for all
---@field columns string[] of `v`; see `credenco.journal.dialect.column_types`
---@field scope string[] the names of the parameters
---@field each? boolean it may as well be run once for each item, with `v.column` for its value

--- A statement to run, once or several times. Where a list has no value it has `columns.NULL`.
---@class credenco.journal.Write
---@field sql string
---@field width integer how many values there are each time
---@field values any[] of all times, one time after the other
---@field scope any[] parameters behind them, the same each time
---@field asks? boolean its rows are wanted, and not how many it changed; it is alone in its list then

--- What has to be run to make a change to all items.
---@param db credenco.journal.Database
---@param statement credenco.journal.Statement
---@param scope table<string, any>
---@param items table[]
---@return credenco.journal.Write[]
function M.writes(db, statement, scope, items)
  return db.dialect.writes(statement, scope, items)
end

--- Runs writes, and gives how many rows they changed together.
---@param db credenco.journal.Database
---@param writes credenco.journal.Write[]
---@return integer? changed
---@return string? err
function M.change(db, writes)
  local changed = 0
  for _, write in ipairs(writes) do
    local count, err = db:change_each(write)
    if not count then return nil, err end
    changed = changed + count
  end
  return changed
end

--- Runs a list of writes.
---@param db credenco.journal.Database
---@param writes credenco.journal.Write[]
---@return integer|any[][]|nil result how many rows they changed; or the rows of one that asks
---@return string? err
function M.carry_out(db, writes)
  if writes[1] and writes[1].asks then return db:rows_of(writes[1]) end
  return M.change(db, writes)
end

--- Runs a query, and gives the rows of all portions.
---@param db credenco.journal.Database
---@param statement credenco.journal.Statement
---@param scope table<string, any>
---@param items table[]
---@return any[][]?
---@return string? err
function M.rows(db, statement, scope, items)
  local all = {}
  for _, query in ipairs(M.writes(db, statement, scope, items)) do
    local rows, err = db:rows_of(query)
    if not rows then return nil, err end
    for _, row in ipairs(rows) do all[#all + 1] = row end
  end
  return all
end

return M
