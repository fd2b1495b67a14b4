--- A journal in PostgreSQL: any number of workers, and a round trip for each statement. So a group of writes is one
--- statement of any size, with an array for each column. No plan depends on the planner's knowledge about a table that
--- grows while it is used.

local columns = require "credenco.journal.dialect.column_types"
local decimal = require "credenco.base.decimal"
local driver = require "credenco.journal.dialect.driver"

-- A transaction costs several round trips to the server, and a statement costs as much as a dozen rows.
local M = { name = "postgresql", shared = true, begin = "BEGIN", full = 256 }

M.words = {
  now = "CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)",
  -- the time before a transaction saw anything
  begun = "CAST(extract(epoch FROM now()) AS DOUBLE PRECISION)",
  -- leaves room in a record's page for its next two versions, one of them with an offer: a version in another page
  -- needs new entries in all indexes
  storage = "WITH (fillfactor = 40)",
  skip_locked = "FOR UPDATE SKIP LOCKED",
  -- a record's worker changes it in an order of its own: who waited for it could have what the worker waits for
  unlocked = "EXISTS (SELECT 1 FROM credenco_record here WHERE here.workflow = credenco_record.workflow "
    .. "AND here.key = credenco_record.key AND here.copy = credenco_record.copy FOR UPDATE SKIP LOCKED)",
  -- two writers of the same rows would otherwise wait for each other for ever
  in_order_of_keys = "ORDER BY v.key, v.line",
}

M.dead_workers = [[
SELECT owner FROM credenco_worker WHERE workflow = ? AND owner <> ?
  AND (lease_until < {now} OR pg_try_advisory_xact_lock(hashtextextended(owner, 0))) FOR UPDATE SKIP LOCKED]]

--- Only a connection can tell whether the database exists.
function M.exists() return true end

--- On a read-only server each statement that writes reports an error of its own.
function M.is_writable() return true end

local UNFIT = "the database has the encoding %s, which cannot store every text: make one that has UTF8 "
  .. "(createdb --encoding=UTF8 --template=template0 NAME)"
local FIT = { UTF8 = true, SQL_ASCII = true } -- the latter keeps any bytes

--- Why a run cannot use the database.
---@param db credenco.journal.Database
---@return string? flaw
function M.unfit(db)
  local row, err = db:row "SHOW server_encoding"
  if not row then return err end
  return not FIT[row[1]] and UNFIT:format(row[1]) or nil
end

--- There is no file that could be removed.
function M.edition() return false end

---@param url string
---@return table? connection
---@return string? err
function M.connect(url)
  local dbi = driver.load "postgresql"
  local connection = driver.protected(dbi.Connect, "PostgreSQL", url) -- libpq takes a whole URL as the database's name
  if connection then return connection end
  -- luadbi sends a statement before it checks the connection, and libpq then forgets why it failed
  return nil, "the connection failed; Lua's driver gives no reason, but `psql` with the same URL does"
end

local function set_all(db, settings)
  for name, value in pairs(settings) do
    local ok, err = db:execute(("SET %s = %s"):format(name, value))
    if not ok then return nil, err end
  end
  return true
end

-- An offer must be on disk before it is pushed, and workers wait for one another's rows, whatever has been set for the
-- database or the role.
local SETTINGS = { client_encoding = "'UTF8'", client_min_messages = "warning",
  default_transaction_isolation = "'read committed'" }
local ON_DISK = [[
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off']]

---@param db credenco.journal.Database
---@return boolean? ok
---@return string? err
function M.prepare(db)
  local ok, err = set_all(db, SETTINGS)
  if ok then ok, err = db:rows(ON_DISK) end
  return ok and true, err
end

-- Sends every parameter as text: PostgreSQL refuses "1.0" for an integer, and LuaJIT prints 14 digits.
local function printed(value)
  if type(value) ~= "number" then return value end
  if value % 1 == 0 and value > -1e15 and value < 1e15 then return ("%d"):format(value) end
  return decimal.text("%.17g", value)
end

local unpack = table.unpack or unpack -- luacheck: ignore 113 143

function M.bound(...)
  local values, count = { ... }, select("#", ...)
  for i = 1, count do values[i] = printed(values[i]) end
  return unpack(values, 1, count)
end

-- Statements -----------------------------------------------------------------------------------------

local texts = setmetatable({}, { __mode = "k" })

-- A record's whole key comes from `v`, which is computed first. So the plan has to begin with `v` and continue with the
-- primary key, whatever the planner knows about the table.
local RECORD_IS_V = "credenco_record.workflow = v.workflow AND credenco_record.key = v.key "
  .. "AND credenco_record.copy = v.copy"
local V = "WITH v (%s) AS MATERIALIZED (SELECT * FROM unnest(%s)) %s"
local V_OF_WORKFLOW = "WITH v (%s, workflow, copy) AS MATERIALIZED "
  .. "(SELECT * FROM unnest(%s) u CROSS JOIN (SELECT CAST(:workflow AS TEXT), CAST('' AS TEXT)) w) %s"

-- The arrays come first, then the scope, in the order of the text and with repetitions.
local function compile(statement)
  local arrays, scope = {}, {}
  for i, name in ipairs(statement.columns) do arrays[i] = ("CAST(? AS %s[])"):format(columns.TYPE[name]) end
  local sql, joins = statement.sql:gsub("{from_v}", "FROM v"):gsub("{record_is_v}", RECORD_IS_V)
  local text = (joins > 0 and V_OF_WORKFLOW or V):format(table.concat(statement.columns, ", "),
    table.concat(arrays, ", "), sql)
  text = text:gsub(":(%l[%l_]*)", function(name)
    scope[#scope + 1] = name
    return "?"
  end)
  return { scope = scope, sql = text }
end

local function compiled(statement)
  texts[statement] = texts[statement] or compile(statement)
  return texts[statement]
end

local function element(value)
  if value == columns.NULL then return "NULL" end
  if type(value) == "number" then return printed(value) end
  return '"' .. value:gsub('[\\"]', "\\%0") .. '"'
end

local function array_of(name, items)
  local values = {}
  columns.fill(name, items, 1, #items, values, 1, 1)
  for i, value in ipairs(values) do values[i] = element(value) end
  return "{" .. table.concat(values, ",") .. "}"
end

---@param statement credenco.journal.Statement
---@param scope table<string, any>
---@param items table[]
---@return credenco.journal.Write[] one
function M.writes(statement, scope, items)
  local known, values, behind = compiled(statement), {}, {}
  for i, name in ipairs(statement.columns) do values[i] = array_of(name, items) end
  for i, name in ipairs(known.scope) do behind[i] = scope[name] == nil and columns.NULL or scope[name] end
  return { { sql = known.sql, values = values, scope = behind, width = #values } }
end

-- Objects --------------------------------------------------------------------------------------------

--- Whether a table or an index exists.
---@param db credenco.journal.Database
---@param name string
---@return boolean?
---@return string? err
function M.has_object(db, name)
  local rows, err = db:rows("SELECT 1 WHERE to_regclass(?) IS NOT NULL", name)
  if not rows then return nil, err end
  return #rows > 0
end

--- Lets only one transaction with this name continue at a time.
---@param db credenco.journal.Database
---@param name string
---@return boolean? ok
---@return string? err
function M.lock(db, name)
  local rows, err = db:rows("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", name)
  return rows and true, err
end

--- A lock that each connection of a worker holds. The server releases it as soon as the connection ends.
---@param owner string
---@return credenco.journal.Write
function M.presence(owner)
  return { sql = "SELECT pg_advisory_lock_shared(hashtextextended(?, 0))", scope = {}, width = 1, values = { owner } }
end

local TURN = "hashtextextended('credenco turn ' || ? || ' ' || turn, 0)"
local TAKE_TURN = ([[
SELECT turn FROM generate_series(1, CAST(? AS INTEGER)) turn WHERE pg_try_advisory_lock(%s) LIMIT 1]]):format(TURN)
local GIVE_TURN = ("SELECT pg_advisory_unlock(%s) FROM CAST(? AS INTEGER) turn"):format(TURN)

--- Takes one of the turns with a name for this connection, see `credenco.pipeline.turns`. The server also takes it back
--- as soon as the connection ends.
---@param db credenco.journal.Database
---@param name string
---@param count integer the number of turns
---@return integer|false|nil turn false if all are taken
---@return string? err
function M.take_turn(db, name, count)
  local rows, err = db:rows(TAKE_TURN, count, name)
  if not rows then return nil, err end
  return rows[1] ~= nil and tonumber(rows[1][1])
end

--- Gives a turn back.
---@param db credenco.journal.Database
---@param name string
---@param turn integer
---@return boolean? ok
---@return string? err
function M.give_turn(db, name, turn)
  local rows, err = db:rows(GIVE_TURN, name, turn)
  return rows and true, err
end

-- Without current statistics the planner may prefer to read a whole table instead of using an index. A plan that is
-- turned off still gets an enormous cost when there is no other way, and that must not make the server compile it
-- (jit), or start processes for it.
local BY_KEY = { enable_seqscan = "off", enable_bitmapscan = "off", enable_hashjoin = "off", enable_mergejoin = "off",
  enable_sort = "off", jit = "off", max_parallel_workers_per_gather = "0" }

--- For a connection that looks records up by key or through an index, and never reads all of them.
---@param db credenco.journal.Database
---@return boolean? ok
---@return string? err
function M.look_up_by_key(db)
  return set_all(db, BY_KEY)
end

--- For code that reads all records of a workflow.
---@param db credenco.journal.Database
---@return boolean? ok
---@return string? err
function M.read_all(db)
  local defaults = {}
  for name in pairs(BY_KEY) do defaults[name] = "DEFAULT" end
  return set_all(db, defaults)
end

--- Tells the planner the current size of the table of records.
---@param db credenco.journal.Database
---@return boolean? ok
---@return string? err
function M.gather_statistics(db)
  return db:execute "ANALYZE credenco_record"
end

--- Does nothing: the server does it by itself.
function M.tidy() return true end

return M
