--- SQLite and PostgreSQL through luadbi. This module works around the traps of luadbi 0.7:
---
--- * It fetches integers as 32 bits. So times are floating-point seconds, and wider integers are selected as text.
--- * It cuts text at a NUL byte, when fetching (SQLite) or binding (PostgreSQL). Callers encode such text.
--- * It binds numbers as doubles (SQLite) or as Lua prints them (PostgreSQL refuses "1.0" for an integer, and LuaJIT
---   prints 14 digits). `bound` prints them exactly.
--- * `connection:commit()` on PostgreSQL hides a failed commit, and a failed transaction commits as a silent rollback.
---   So BEGIN, COMMIT and ROLLBACK are statements here, and a transaction with a failure is always rolled back.
--- * On SQLite a statement that failed once fails again on its next use. It is thrown away.
--- * On SQLite it does not copy bound text. Parameters stay referenced until the last row is fetched.
--- * A broken connection throws instead of returning an error. Every call is protected.
--- * SQLite keeps the file open until all statements are freed. They are freed before their connection.

local columns = require "credenco.journal.dialect.column_types"
local dialect_module = require "credenco.journal.dialect"
local driver = require "credenco.journal.dialect.driver"
local named = require "credenco.journal.named"
local url_of = require "credenco.journal.dialect.url"

local protected, plain_error = driver.protected, driver.plain_error
local unpack = table.unpack or unpack -- luacheck: ignore 113 143

local M = {}

---@class credenco.journal.Database
---@field dialect credenco.journal.Dialect
---@field url string without a password
---@field private words table<string, string> what `{word}` in a statement stands for
local Database = {}
Database.__index = Database

--- Opens a database. Creates a missing SQLite file, readable only by its owner.
---@param url string a path, or `postgres://...`
---@param options? { read_only?: boolean, plain?: boolean, temporary?: boolean, verbatim?: boolean, journal?: boolean }
---  plain: SQLite as it is, for a lock file; verbatim: no `{word}` of the dialect is replaced in a statement;
---  journal: refuse the database of another program
---@return credenco.journal.Database?
---@return string? err
function M.open(url, options)
  options = options or {}
  local dialect, shown = dialect_module.of(url), url_of.without_password(url)
  local connection, err = dialect.connect(url, options)
  if not connection then return nil, ("%s: %s"):format(shown, err) end
  connection:autocommit(true)
  local self = setmetatable({ dialect = dialect, url = shown, connection = connection, statements = {},
    words = options.verbatim and {} or dialect.words }, Database)
  local ready, ready_err = dialect.prepare(self, options)
  if ready then return self end
  self:close()
  return nil, ("%s: %s"):format(shown, ready_err)
end

--- Opens a temporary SQLite database, on disk instead of in memory. Closing removes it.
---@return credenco.journal.Database?
---@return string? err
function M.open_temporary()
  return M.open("temporary file", { temporary = true })
end

--- A prepared statement, which is kept for the next time.
---@param sql string with the dialect's words in braces
---@return table? statement of the driver
---@return string? err
function Database:statement(sql)
  local statement = self.statements[sql]
  if statement then return statement end
  if not self.connection then return nil, "the database is closed" end
  local err
  statement, err = protected(self.connection.prepare, self.connection, (sql:gsub("{([%l_]+)}", self.words)))
  if not statement then return nil, err end
  self.statements[sql] = statement
  return statement
end

--- Frees a statement that was kept.
---@param sql string
function Database:forget(sql)
  local statement = self.statements[sql]
  self.statements[sql] = nil
  if statement then pcall(statement.close, statement) end
end

--- Executes a statement. One that fails is freed, and its transaction fails.
---@param sql string with `?` for parameters
---@param ... any
---@return table? statement of the driver, executed
---@return string? err
function Database:run(sql, ...)
  local statement, err = self:statement(sql)
  if not statement then return nil, err end
  local ok
  ok, err = protected(statement.execute, statement, self.dialect.bound(...))
  if ok then return statement end
  self:forget(sql)
  self.failed = true
  return nil, err
end

--- Runs a statement without rows.
---@param sql string with `?` for parameters
---@param ... any
---@return boolean? ok
---@return string? err
function Database:execute(sql, ...)
  local statement, err = self:run(sql, ...)
  if not statement then return nil, err end
  return true
end

--- Runs a statement and gives the number of rows that it inserted, updated or deleted.
---@param sql string
---@param ... any
---@return integer? changed
---@return string? err
function Database:change(sql, ...)
  local statement, err = self:run(sql, ...)
  if not statement then return nil, err end
  return statement:affected()
end

--- Runs a statement with named parameters, and gives the number of changed rows.
---@param sql string with `:name` for parameters
---@param values table<string, any>
---@return integer? changed
---@return string? err
function Database:change_named(sql, values)
  local text, parameters, count = named.bound(sql, values)
  return self:change(text, unpack(parameters, 1, count))
end

local function unfilled(value)
  if value == columns.NULL then return nil end
  return value
end

-- Puts the values of one execution and the scope into a list of parameters; gives their number.
local function fill_in(parameters, write, first)
  local width, scope = write.width, write.scope
  for i = 1, width do parameters[i] = unfilled(write.values[first + i]) end
  for i = 1, #scope do parameters[width + i] = unfilled(scope[i]) end
  return width + #scope
end

--- Executes a write as often as it says, and gives the total number of changed rows.
---@param write credenco.journal.Write
---@return integer? changed
---@return string? err
function Database:change_each(write)
  local changed, parameters = 0, {}
  for first = 0, #write.values - write.width, write.width do
    local count = fill_in(parameters, write, first)
    local rows, err = self:change(write.sql, unpack(parameters, 1, count))
    if not rows then return nil, err end
    changed = changed + rows
  end
  return changed
end

--- Runs a statement and gives all its rows as arrays. NULL is nil.
---@param sql string
---@param ... any
---@return any[][]?
---@return string? err
function Database:rows(sql, ...)
  local statement, err = self:run(sql, ...)
  if not statement then return nil, err end
  local rows = {}
  while true do
    local ok, row = pcall(statement.fetch, statement, false)
    if not ok then
      self:forget(sql)
      self.failed = true
      return nil, plain_error(row)
    end
    if not row then return rows end
    rows[#rows + 1] = row
  end
end

--- The rows of a query in the form of `credenco.journal.batch`.
---@param query credenco.journal.Write
---@return any[][]?
---@return string? err
function Database:rows_of(query)
  local parameters = {}
  local count = fill_in(parameters, query, 0)
  return self:rows(query.sql, unpack(parameters, 1, count))
end

--- The first row.
---@param sql string
---@param ... any
---@return any[]? row nil if there is none
---@return string? err
function Database:row(sql, ...)
  local rows, err = self:rows(sql, ...)
  if not rows then return nil, err end
  return rows[1]
end

--- Runs a statement and fetches its rows one at a time; for results of any size on SQLite.
---@param sql string without parameters, not in use by anything else meanwhile
---@return (fun(): any[]?, string?)? fetch
---@return string? err
function Database:stream(sql)
  local statement, err = self:run(sql)
  if not statement then return nil, err end
  return function()
    local ok, row = pcall(statement.fetch, statement, false)
    if ok then return row end
    self:forget(sql)
    return nil, plain_error(row)
  end
end

--- The names of a query's columns, without running it (SQLite).
---@param sql string
---@return string[]?
---@return string? err
function Database:columns(sql)
  local statement, err = self:statement(sql)
  if not statement then return nil, err end
  local ok, names = pcall(statement.columns, statement)
  self:forget(sql)
  if not ok then return nil, "it has no statement" end -- empty, or a comment
  return names
end

--- Undoes the transaction at hand.
---@return boolean? ok
---@return string? err
function Database:rollback()
  self.failed = nil
  return self:execute("ROLLBACK")
end

--- Runs a function inside a transaction, which commits all of it or nothing.
---@param work fun(): boolean?, string? nil and an error roll everything back
---@return boolean? ok
---@return string? err
function Database:transaction(work)
  self.failed = nil
  local ok, err = self:execute(self.dialect.begin)
  if not ok then return nil, err end
  local ran, result, work_err = pcall(work)
  if not ran then
    self:rollback()
    error(result, 0)
  end
  if not result or self.failed then
    self:rollback()
    return nil, work_err or "a statement of the transaction failed"
  end
  ok, err = self:execute("COMMIT")
  if ok then return result end
  self:rollback()
  return nil, err
end

--- Frees every statement and the connection. May be called twice.
function Database:close()
  for sql in pairs(self.statements) do self:forget(sql) end
  if self.connection then pcall(self.connection.close, self.connection) end
  self.connection = nil
end

return M
