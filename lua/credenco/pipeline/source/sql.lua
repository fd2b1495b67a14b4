--- The rows of a query as records. The database itself writes each row as a JSON object, because luadbi returns
--- integers as 32 bits and cuts text at a NUL byte, which would change claims silently. PostgreSQL is read through a
--- cursor, so the size of the result does not matter.
---
--- SQLite's conversion to JSON changes with its version: 3.45 reads a BLOB as JSON, earlier ones refuse it, and before
--- 3.43 a REAL loses its last digits. So the statement converts each type itself. It renames the columns, since "id"
--- and "ID" are one name to SQLite, and does not call json_object, which takes at most 63 columns.

local database = require "credenco.journal.database"
local jsonl = require "credenco.pipeline.source.jsonl"
local statement = require "credenco.pipeline.source.statement"

local M = {}

local BATCH = 500

---@class credenco.pipeline.Sql : credenco.pipeline.Source
---@field columns? string[] of SQLite, or of PostgreSQL's first row
local Sql = {}
Sql.__index = Sql

local function literal(text) return "'" .. text:gsub("'", "''") .. "'" end

-- A server quotes the values of a row in its language's quotation marks, so a message is shown up to the first byte
-- that may be one.
local function without_values(err)
  local plain = err:match "^[^\"'\128-\255]*"
  return #plain < #err and plain .. "..." or plain
end

local function failed(err, row)
  local place = row > 0 and ("after row %d"):format(row) or "before its first row"
  return ("the query failed %s: %s"):format(place, without_values(err))
end

local function not_run(err)
  return nil, "query: " .. err
end

local openers = {}

local function list_of(names)
  local shown = {}
  for i, name in ipairs(names) do shown[i] = ('"%s"'):format(name) end
  return ("column%s %s"):format(#names > 1 and "s" or "", table.concat(shown, ", "))
end

-- A record has one value for each name. Which of several it would be depends on the database.
local function repeated_columns(columns)
  local times, names = {}, {}
  for _, name in ipairs(columns) do
    times[name] = (times[name] or 0) + 1
    if times[name] == 2 then names[#names + 1] = name end
  end
  return names
end

local function refuse_repeated(names)
  return not_run(("more than one %s: give each a name of its own, as in  SELECT a.id AS a_id, b.id AS b_id"):format(
    list_of(names)))
end

-- Each type as JSON: text stays text, from any function, and a REAL has 17 digits. A value without a JSON form becomes
-- null, and is marked beside the row.
local NO_JSON = "(typeof({c}) = 'blob' OR (typeof({c}) = 'real' AND abs({c}) > 1.7976931348623157e308))"
local AS_JSON = "CASE WHEN " .. NO_JSON .. " THEN 'null' WHEN typeof({c}) = 'real' THEN printf('%!.17g', {c}) "
  .. "WHEN typeof({c}) = 'text' THEN json_quote({c} || '') ELSE COALESCE({c}, 'null') END"
local ROWS = "WITH credenco_source (%s) AS (%s\n) SELECT '{' || %s || '}', %s FROM credenco_source"

local function each_column(count, template)
  local parts = {}
  for i = 1, count do parts[i] = template:gsub("{c}", "c" .. i) end
  return parts
end

-- SQLite limits the depth of an expression, and in a chain of || each one is a level.
local GROUP = 30

local function joined(parts)
  local groups = {}
  for from = 1, #parts, GROUP do
    local to = math.min(from + GROUP - 1, #parts)
    groups[#groups + 1] = "(" .. table.concat(parts, " || ", from, to) .. ")"
  end
  return table.concat(groups, " || ")
end

local function sqlite_rows(columns, query)
  local members = each_column(#columns, AS_JSON)
  for i, name in ipairs(columns) do
    local comma = i > 1 and "',' || " or ""
    members[i] = ("%sjson_quote(%s) || ':' || %s"):format(comma, literal(name), members[i])
  end
  return ROWS:format(table.concat(each_column(#columns, "{c}"), ", "), query, joined(members),
    joined(each_column(#columns, NO_JSON)))
end

-- The problem of a row: in "010", 1 marks each column that JSON cannot hold.
local function unheld(columns, marks)
  local names = {}
  for at in marks:gmatch "()1" do names[#names + 1] = columns[at] end
  return names[1] and list_of(names)
    .. ": JSON cannot hold BLOBs and infinite numbers; leave them out, or read hex(...)"
end

function openers.sqlite(db, query)
  local columns, err = db:columns(query)
  if not columns then return not_run(err) end
  local repeated = repeated_columns(columns)
  if #repeated > 0 then return refuse_repeated(repeated) end
  local fetch, fetch_err = db:stream(sqlite_rows(columns, query))
  if not fetch then return nil, failed(fetch_err, 0) end
  return function(before)
    local row, row_err = fetch()
    if row_err then return nil, failed(row_err, before + 1) end -- luadbi is a row ahead, and has lost one
    if not row then return nil end
    return row[1], nil, unheld(columns, tostring(row[2]))
  end, columns
end

-- All digits of a floating-point number, in any configuration of the server.
local EVERY_DIGIT = "SET LOCAL extra_float_digits = 3"
local NAMES_IN_ROW = "SELECT name FROM json_object_keys(CAST(? AS JSON)) AS name"

-- Only a row shows the names of its columns.
local function names_in_row(db, raw)
  local rows, err = db:rows(NAMES_IN_ROW, raw)
  if not rows then return nil, err end
  for i, row in ipairs(rows) do rows[i] = row[1] end
  return rows
end

-- The name of the row must differ from the names of its columns: otherwise it would mean the column.
local ROWS_AS_JSON = [[
DECLARE credenco_source NO SCROLL CURSOR FOR SELECT row_to_json(credenco_row)::text FROM (%s
) credenco_row]]

local function begin_reading(db, query)
  local ok, err = db:execute("BEGIN READ ONLY")
  if ok then ok, err = db:execute(EVERY_DIGIT) end
  if not ok then return nil, err end
  ok, err = db:execute(ROWS_AS_JSON:format(query))
  if not ok then return not_run(err) end
  return true
end

local function fetch_rows(db, before)
  local rows, err = db:rows(("FETCH %d FROM credenco_source"):format(BATCH))
  if rows then return rows end
  return nil, failed(err, before)
end

function openers.postgresql(db, query)
  local ok, err = begin_reading(db, query)
  if not ok then return nil, err end
  local rows, at = {}, 0
  local function row_after(before)
    at = at + 1
    if at > #rows then
      rows, err = fetch_rows(db, before)
      if not rows then return nil, err end
      at = 1
    end
    return rows[at] and rows[at][1]
  end
  local first, first_err = row_after(0)
  if first_err then return function() return nil, first_err end end -- for the reader of the first row
  local columns, columns_err = names_in_row(db, first or "{}")
  if not columns then return nil, columns_err end
  local repeated = repeated_columns(columns)
  if #repeated > 0 then return refuse_repeated(repeated) end
  at = 0
  return row_after, first and columns or nil
end

---@param url string a database, as for `--journal`
---@param query string one SELECT statement
---@param options { name: string }
---@return credenco.pipeline.Source?
---@return string? err
function M.open(url, query, options)
  query = statement.without_end(query)
  if query == "" then return not_run "it has no statement" end
  local db, err = database.open(url, { read_only = true, verbatim = true })
  if not db then return nil, err end
  local fetch, columns = openers[db.dialect.name](db, query)
  if not fetch then
    db:close()
    return nil, columns -- the error
  end
  return setmetatable({ name = options.name, format = "sql", db = db, fetch = fetch, columns = columns, row = 0 }, Sql)
end

-- A row with a number or a name that a record cannot hold needs another query.
local function advised(flaw)
  return flaw and flaw:find "give it as text" and flaw .. ", as in  SELECT CAST(number AS TEXT) AS number" or flaw
end

--- The next row.
---@return credenco.pipeline.Item?
---@return string? err
function Sql:next()
  local raw, err, flaw = self.fetch(self.row)
  if not raw then return nil, err end
  self.row = self.row + 1
  if flaw then return { line = self.row, raw = raw .. "\n", cut = true, broken = flaw } end
  local record
  record, flaw = jsonl.decode(raw)
  return { line = self.row, raw = raw .. "\n", record = record, broken = advised(flaw) }
end

--- Frees the connection.
function Sql:close() self.db:close() end

return M
