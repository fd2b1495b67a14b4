--- Statements over many items, as data: the SQL, and all values in one list. Such a write can be executed here or in a
--- thread (`credenco.journal.background`). The dialect decides how many rows go into one.

local M = {}

--- One statement over a list of items.
---@class credenco.journal.Statement
---@field sql string in which `v` is a table of the items (`{from_v}` adds it to an UPDATE or SELECT, `{record_is_v}`
---  joins it to the records of `:workflow`), and `:name` a parameter with one value for all items
---@field columns string[] of `v`; see `credenco.journal.dialect.column_types`
---@field scope string[] the names of the parameters
---@field each? boolean it can also be run once for each item, with values in place of `v.column`

--- A statement to run, once or several times. `columns.NULL` takes the place of nil in its lists.
---@class credenco.journal.Write
---@field sql string
---@field width integer the number of values each time
---@field values any[] of all times, in order
---@field scope any[] the parameters behind them, the same each time
---@field asks? boolean it returns its rows, not the number of changed rows; it is then alone in its list

--- The writes that make a change to all items.
---@param db credenco.journal.Database
---@param statement credenco.journal.Statement
---@param scope table<string, any>
---@param items table[]
---@return credenco.journal.Write[]
function M.writes(db, statement, scope, items)
  return db.dialect.writes(statement, scope, items)
end

--- Runs writes, and gives the number of rows that they changed.
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
---@return integer|any[][]|nil result the number of changed rows; or the rows, if it asks
---@return string? err
function M.carry_out(db, writes)
  if writes[1] and writes[1].asks then return db:rows_of(writes[1]) end
  return M.change(db, writes)
end

--- Runs a query, and gives the rows of all its parts.
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
