--- Statements over many items, as data: the SQL, and all its values in a row. Such a write can be carried out here,
--- or handed to a thread (`credenco.journal.background`).
---
--- To PostgreSQL every statement is a way to go and come back: one changes many rows. One text per number of rows
--- would fill the statement cache, so rows go out in portions of a few fixed sizes. SQLite is a call away. There a
--- change that has a form for one row uses it: to change many at once it makes a table of its own and throws it away,
--- for each statement, which costs more than the calls.

local database = require "credenco.journal.database"

local M = {}

local NULL = database.NULL
local PORTIONS = { 128, 64, 32, 16, 8, 4, 2, 1 }

local texts = {}

-- `{rows}` in the statement becomes that many times `row`, comma between.
local function text_for(statement, count)
  local cached = texts[statement]
  if not cached then
    cached = {}
    texts[statement] = cached
  end
  if not cached[count] then
    local rows = (statement.row .. ", "):rep(count - 1) .. statement.row
    local from, to = statement.sql:find("{rows}", 1, true)
    cached[count] = statement.sql:sub(1, from - 1) .. rows .. statement.sql:sub(to + 1)
  end
  return cached[count]
end

local function portion(left)
  for _, size in ipairs(PORTIONS) do
    if size <= left then return size end
  end
end

local function filled(value)
  if value == nil then return NULL end
  return value
end

-- The fields of some items, one item after the other.
local function fields_of(columns, items, from, to)
  local values, n, width = {}, 0, #columns
  for i = from, to do
    local item = items[i]
    for c = 1, width do
      local value = item[columns[c]]
      if value == nil then value = NULL end
      values[n + c] = value
    end
    n = n + width
  end
  return values
end

--- One statement over a list of items.
---@class credenco.journal.Statement
---@field sql string with `{rows}` where the items go
---@field row string the SQL of one item, as `(?, ?)`
---@field columns string[] fields of an item, in the order of the row's parameters
---@field one? string the SQL for a single item, with the parameters numbered in the order of `sql`

--- A statement to run, once or several times. Where a list has no value it has `database.NULL`.
---@class credenco.journal.Write
---@field sql string
---@field scope any[] parameters that are the same each time
---@field before integer how many of these stand in front of the others
---@field width integer how many others there are each time
---@field values any[] the others of all times, one time after the other

--- Parameters that are the same for all items: `before` of them stand in front of the items' in the statement,
--- the others behind.
---@param before integer
---@param ... any
---@return { before: integer, values: any[] }
function M.scope(before, ...)
  local values = {}
  for i = 1, select("#", ...) do values[i] = filled((select(i, ...))) end
  return { before = before, values = values }
end

local function write_of(sql, statement, scope, items, from, to, times)
  local values = fields_of(statement.columns, items, from, to)
  return { sql = sql, scope = scope.values, before = scope.before, width = #values / times, values = values }
end

local function in_portions(statement, scope, items)
  local writes, from = {}, 1
  while from <= #items do
    local size = portion(#items - from + 1)
    writes[#writes + 1] = write_of(text_for(statement, size), statement, scope, items, from, from + size - 1, 1)
    from = from + size
  end
  return writes
end

--- What has to be run to make a change to all items.
---@param dialect "sqlite"|"postgresql"
---@param statement credenco.journal.Statement
---@param scope table see `scope`
---@param items table[]
---@return credenco.journal.Write[]
function M.writes(dialect, statement, scope, items)
  if not statement.one or dialect ~= "sqlite" then return in_portions(statement, scope, items) end
  return { write_of(statement.one, statement, scope, items, 1, #items, #items) }
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

--- Runs a query, and gives the rows of all portions.
---@return any[][]?
---@return string? err
function M.rows(db, statement, scope, items)
  local all = {}
  for _, query in ipairs(in_portions(statement, scope, items)) do
    local rows, err = db:rows_of(query)
    if not rows then return nil, err end
    for _, row in ipairs(rows) do all[#all + 1] = row end
  end
  return all
end

return M
