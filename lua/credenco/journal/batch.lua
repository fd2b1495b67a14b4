--- Statements over many rows at once: to PostgreSQL each is a way to go and come back. One text per number of rows
--- would fill the statement cache, so rows go out in portions of a few fixed sizes.
---
--- SQLite is a call away. There a change that has a form for one row uses it: to change many at once it makes a table
--- of its own and throws it away, for each statement, which costs more than the calls.

local unpack = table.unpack or unpack -- luacheck: ignore 113 143

local M = {}

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

-- The parameters in their order: those in front, the items', those behind. `values` may have others' in it.
local function parameters(values, statement, scope, items, from, to)
  local width = scope.before
  for i = 1, width do
    values[i] = scope[i]
  end
  local columns, count = statement.columns, #statement.columns
  for i = from, to do
    local item = items[i]
    for c = 1, count do values[width + c] = item[columns[c]] end
    width = width + count
  end
  for i = scope.before + 1, scope.count do
    width = width + 1
    values[width] = scope[i]
  end
  return values, width
end

--- One statement over a list of items.
---@class credenco.journal.Statement
---@field sql string with `{rows}` where the items go
---@field row string the SQL of one item, as `(?, ?)`
---@field columns string[] fields of an item, in the order of the row's parameters
---@field one? string the SQL for a single item, with the parameters numbered in the order of `sql`

--- Parameters that are the same for all items: `before` of them stand in front of the items' in the statement,
--- the others behind.
---@param before integer
---@param ... any
---@return table
function M.scope(before, ...)
  return { before = before, count = select("#", ...), ... }
end

local function each_portion(statement, scope, items, run)
  local from = 1
  while from <= #items do
    local size = portion(#items - from + 1)
    local values, width = parameters({}, statement, scope, items, from, from + size - 1)
    local ok, err = run(text_for(statement, size), unpack(values, 1, width))
    if not ok then return nil, err end
    from = from + size
  end
  return true
end

local function change_each(db, statement, scope, items)
  local changed, values, width = 0, {}, nil
  for i = 1, #items do
    values, width = parameters(values, statement, scope, items, i, i)
    local count, err = db:change(statement.one, unpack(values, 1, width))
    if not count then return nil, err end
    changed = changed + count
  end
  return changed
end

--- Runs a statement, and gives how many rows it changed.
---@param db credenco.journal.Database
---@param statement credenco.journal.Statement
---@param scope table see `scope`
---@param items table[]
---@return integer? changed
---@return string? err
function M.change(db, statement, scope, items)
  if statement.one and db.dialect == "sqlite" then return change_each(db, statement, scope, items) end
  local changed = 0
  local ok, err = each_portion(statement, scope, items, function(...)
    local count, change_err = db:change(...)
    changed = changed + (count or 0)
    return count, change_err
  end)
  if not ok then return nil, err end
  return changed
end

--- Runs a query, and gives the rows of all portions.
---@return any[][]?
---@return string? err
function M.rows(db, statement, scope, items)
  local all = {}
  local ok, err = each_portion(statement, scope, items, function(...)
    local rows, rows_err = db:rows(...)
    for _, row in ipairs(rows or {}) do all[#all + 1] = row end
    return rows, rows_err
  end)
  if not ok then return nil, err end
  return all
end

return M
