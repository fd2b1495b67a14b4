--- A journal in a SQLite file: one process at a time, and one row at a time, since a call is cheap.

local columns = require "credenco.journal.dialect.column_types"
local driver = require "credenco.journal.dialect.driver"
local edition = require "credenco.journal.dialect.edition"
local percent = require "credenco.base.percent"
local private_file = require "credenco.journal.dialect.private_file"
local uv = require "luv"

local M = { name = "sqlite", shared = false, begin = "BEGIN IMMEDIATE", full = 128 }

local BUSY_TIMEOUT_MS = 10000
local CHECKPOINT_PAGES = 4000
local LOOK_UP_CACHE_KIB = 8192

local NOW = "(SELECT (julianday('now') - 2440587.5) * 86400.0)" -- a subquery is computed once, not for each row

M.words = {
  now = NOW,
  begun = NOW, -- nobody else writes
  storage = "WITHOUT ROWID", -- keeps the table in the order of its key
  skip_locked = "",
  unlocked = "true",
  in_order_of_keys = "",
}

-- The lock on the journal's file shows that all other workers are dead.
M.dead_workers = "SELECT owner FROM credenco_worker WHERE workflow = ? AND owner <> ?"

---@param path string
---@return boolean
function M.exists(path)
  return uv.fs_stat(path) ~= nil
end

--- Whether it can be written. It cannot on a read-only medium, or in another user's directory.
---@param path string
---@return boolean
function M.is_writable(path)
  local directory = path:match "^(.+)/[^/]*$" or path:match "^/" or "."
  return uv.fs_access(path, "W") == true and uv.fs_access(directory, "W") == true
end

--- Any file will do.
function M.unfit() return nil end

--- The identity of the file; false if it does not exist.
---@param path string
---@return credenco.journal.Edition|false|nil
---@return string? err why it must not be used
function M.edition(path)
  if path == ":memory:" or not M.exists(path) then return false end
  return edition.of(path)
end

-- A URL with which SQLite creates no file beside it, for a medium that cannot be written. nil if it can, or if there is
-- a write-ahead log, which may hold changes that the file does not have yet.
local function as_it_is(path)
  local log = uv.fs_stat(path .. "-wal")
  if M.is_writable(path) or log and log.size > 0 then return nil end
  local escaped = percent.encode(path, "[%%?#]")
  return ("file:%s?immutable=1"):format(escaped)
end

-- SQLite takes a name that begins like this for a URI, and would open another file.
local function as_a_path(path)
  return path:find "^file:" and "./" .. path or path
end

---@param path string
---@param options { read_only?: boolean, temporary?: boolean }
---@return table? connection
---@return string? err
function M.connect(path, options)
  local dbi = driver.load "sqlite3"
  if options.temporary then return driver.protected(dbi.Connect, "SQLite3", "") end
  if path ~= ":memory:" and not uv.fs_stat(path) then
    if options.read_only then return nil, "there is no such file" end
    local created, err = private_file.create(path) -- SQLite would make it readable by everybody
    if not created then return nil, private_file.cannot_write(err) end
  end
  local name = options.read_only and path ~= ":memory:" and as_it_is(path) or as_a_path(path)
  return driver.protected(dbi.Connect, "SQLite3", name)
end

-- Makes a database private that others could read, once it is known to be a database: a directory or text file must not
-- change. Does not open the file, since closing it would end all locks that this process holds on it.
local function keep_private(path)
  if path == ":memory:" then return true end
  local ok, err = uv.fs_chmod(path, private_file.MODE)
  if not ok then return nil, private_file.cannot_write(err) end
  return true
end

local function all(db, pragmas)
  for _, pragma in ipairs(pragmas) do
    local rows, err = db:rows(pragma)
    if not rows then return nil, err end
  end
  return true
end

local FOREIGN = [[
SELECT 1 FROM sqlite_master WHERE NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'credenco_meta') LIMIT 1]]

-- The user may have named another database by mistake, such as a register. It has to stay as it is.
local function refuse_foreign(db)
  local rows, err = db:rows(FOREIGN)
  if not rows then return nil, err end
  if #rows == 0 then return true end
  return nil, "is the database of another program, and was not changed: a journal needs a file of its own"
end

--- Prepares a connection. Reads the schema's version to check that the file is a database. FULL: a reported commit
--- survives a power cut, in WAL mode, too.
---@param db credenco.journal.Database
---@param options { read_only?: boolean, plain?: boolean, temporary?: boolean, journal?: boolean }
---@return boolean? ok
---@return string? err
function M.prepare(db, options)
  if options.plain then return true end
  if options.temporary then return all(db, { "PRAGMA journal_mode = OFF" }) end
  local ok, err = all(db, { ("PRAGMA busy_timeout = %d"):format(BUSY_TIMEOUT_MS), "PRAGMA schema_version" })
  if ok and options.journal then ok, err = refuse_foreign(db) end
  if not ok or options.read_only then return ok, err end
  ok, err = keep_private(db.url)
  if not ok then return nil, err end
  return all(db, {
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON", -- overwrites what is erased; FAST leaves lines longer than a page
    ("PRAGMA wal_autocheckpoint = %d"):format(CHECKPOINT_PAGES),
  })
end

--- Passes numbers as they are: doubles are exact for all that is stored here.
function M.bound(...) return ... end

-- Statements -----------------------------------------------------------------------------------------

-- A text for each number of items would fill the statement cache, so items go out in portions of a few fixed sizes.
local PORTIONS = { 128, 64, 32, 16, 8, 4, 2, 1 }
local texts = setmetatable({}, { __mode = "k" })

local RECORD_IS_V =
  "credenco_record.workflow = :workflow AND credenco_record.key = v.key AND credenco_record.copy = ''"

local function number_scope(sql, statement, before)
  for i, name in ipairs(statement.scope) do sql = sql:gsub(":" .. name .. "%f[^%w_]", "?" .. before + i) end
  return sql
end

-- The form for one item has values in place of `v`. To change many at once, SQLite makes a temporary table for each
-- statement, which costs more than the calls.
local function text_for_one(statement)
  local sql = statement.sql:gsub("%s*{from_v}", ""):gsub("{record_is_v}", RECORD_IS_V)
  for i, name in ipairs(statement.columns) do sql = sql:gsub("v%." .. name .. "%f[^%w_]", "?" .. i) end
  return number_scope(sql, statement, #statement.columns)
end

local function text_for_table(statement, count)
  local row = "(" .. ("?, "):rep(#statement.columns - 1) .. "?)"
  local rows = (row .. ", "):rep(count - 1) .. row
  local sql = statement.sql:gsub("{from_v}", "FROM v"):gsub("{record_is_v}", RECORD_IS_V)
  return ("WITH v (%s) AS (VALUES %s) %s"):format(table.concat(statement.columns, ", "), rows,
    number_scope(sql, statement, #statement.columns * count))
end

-- The text for `count` items in one statement; for count 0 that for one item.
local function text_for(statement, count)
  local of_statement = texts[statement]
  if not of_statement then
    of_statement = {}
    texts[statement] = of_statement
  end
  if not of_statement[count] then
    of_statement[count] = count == 0 and text_for_one(statement) or text_for_table(statement, count)
  end
  return of_statement[count]
end

local function write_of(statement, scope, items, from, to, is_each)
  local width, values = #statement.columns, {}
  for i, name in ipairs(statement.columns) do columns.fill(name, items, from, to, values, i, width) end
  local count = to - from + 1
  local behind = {}
  for i, name in ipairs(statement.scope) do behind[i] = scope[name] == nil and columns.NULL or scope[name] end
  return { sql = text_for(statement, is_each and 0 or count), values = values, scope = behind,
    width = is_each and width or width * count }
end

local function portion(left)
  for _, size in ipairs(PORTIONS) do
    if size <= left then return size end
  end
end

---@param statement credenco.journal.Statement
---@param scope table<string, any>
---@param items table[]
---@return credenco.journal.Write[]
function M.writes(statement, scope, items)
  if statement.each then return { write_of(statement, scope, items, 1, #items, true) } end
  local writes, from = {}, 1
  while from <= #items do
    local size = portion(#items - from + 1)
    writes[#writes + 1] = write_of(statement, scope, items, from, from + size - 1)
    from = from + size
  end
  return writes
end

-- Objects --------------------------------------------------------------------------------------------

--- Whether a table or an index exists.
---@param db credenco.journal.Database
---@param name string
---@return boolean?
---@return string? err
function M.has_object(db, name)
  local rows, err = db:rows("SELECT 1 FROM sqlite_master WHERE name = ?", name)
  if not rows then return nil, err end
  return #rows > 0
end

--- Does nothing: a transaction is alone.
function M.lock() return true end

--- There is one plan for each statement: by key, if a key is given. But with keys in no order every record is on a page
--- of its own, so the connection holds more pages than usual.
---@param db credenco.journal.Database
---@return boolean? ok
---@return string? err
function M.look_up_by_key(db)
  return all(db, { ("PRAGMA cache_size = -%d"):format(LOOK_UP_CACHE_KIB) })
end

function M.read_all() return true end
function M.gather_statistics() return true end

--- Rewrites the file, so that nothing that was erased remains in its unused parts. SQLite overwrites what it deletes,
--- but not every copy that it made when a page was full.
---@param db credenco.journal.Database
---@return boolean? ok
---@return string? err the file is unchanged
function M.tidy(db)
  return db:execute "VACUUM"
end

return M
