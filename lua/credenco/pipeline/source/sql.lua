--- The rows of a query as records. The database itself writes each row as a JSON object: luadbi hands
--- out integers as 32 bits and cuts text at a NUL byte, and neither may happen to a claim unnoticed.
--- PostgreSQL is read through a cursor, so the result's size does not matter.

local lpeg = require "lpeg"
local database = require "credenco.journal.database"
local driver = require "credenco.journal.driver"
local jsonl = require "credenco.pipeline.source.jsonl"

local M = {}

local BATCH = 500

---@class credenco.pipeline.Sql : credenco.pipeline.Source
local Sql = {}
Sql.__index = Sql

local function quoted(name) return '"' .. name:gsub('"', '""') .. '"' end

local function quoted_pairs(columns)
  local parts = {}
  for i, name in ipairs(columns) do parts[i] = ("'%s', %s"):format(name:gsub("'", "''"), quoted(name)) end
  return table.concat(parts, ", ")
end

-- A server says the values of a row in the quotes of its language. A value may hold some of its own, so all goes from
-- the first to the last; and to the end where the last is not there, or may not be, because something was left out.
local QUOTE = lpeg.P(false)
for _, quote in ipairs { '"', "'", "«", "»", "‘", "’", "‚", "“", "”", "„", "‹", "›", "「", "」" } do
  QUOTE = QUOTE + quote
end
local PLAIN = (1 - QUOTE) ^ 0
local LAST = QUOTE * (1 - QUOTE - lpeg.P(driver.LEFT_OUT) * -1) ^ 0 * -1
local VALUES = QUOTE * (1 - LAST) ^ 0 * (QUOTE + -1) / "..."
local WITHOUT_VALUES = lpeg.Cs(PLAIN * (VALUES * PLAIN) ^ -1)

local function failed(err, row)
  local place = row > 0 and ("after row %d"):format(row) or "before its first row"
  return ("the query failed %s: %s"):format(place, WITHOUT_VALUES:match(err))
end

local function not_run(err)
  return nil, "query: " .. err
end

local openers = {}

-- SQLite does not say which of a row's columns are BLOBs, which JSON cannot hold.
local function name_blobs(db, columns, query, row)
  local types, blobs = {}, {}
  for i, name in ipairs(columns) do types[i] = ("typeof(%s)"):format(quoted(name)) end
  local kinds = db:row(("SELECT %s FROM (%s) LIMIT 1 OFFSET %d"):format(table.concat(types, ", "), query, row))
  for i, name in ipairs(columns) do
    if kinds and kinds[i] == "blob" then blobs[#blobs + 1] = ('"%s"'):format(name) end
  end
  if #blobs == 0 then return "" end
  return (" (column%s %s)"):format(#blobs > 1 and "s" or "", table.concat(blobs, ", "))
end

function openers.sqlite(db, query)
  local columns, err = db:columns(query)
  if not columns then return not_run(err) end
  local function failed_after(row, row_err)
    return failed(row_err, row) .. (row_err:find "BLOB" and name_blobs(db, columns, query, row) or "")
  end
  local fetch, fetch_err = db:stream(("SELECT json_object(%s) FROM (%s)"):format(quoted_pairs(columns), query))
  if not fetch then return nil, failed_after(0, fetch_err) end
  return function(before)
    local row, row_err = fetch()
    if row_err then return nil, failed_after(before + 1, row_err) end -- luadbi is a row ahead, and lost one
    return row and row[1]
  end
end

function openers.postgresql(db, query)
  local ok, err = db:execute("BEGIN READ ONLY")
  if not ok then return nil, err end
  ok, err = db:execute(
    ("DECLARE credenco_source NO SCROLL CURSOR FOR SELECT row_to_json(q)::text FROM (%s) q"):format(query))
  if not ok then return not_run(err) end
  local rows, at = {}, 0
  return function(before)
    at = at + 1
    if at > #rows then
      rows, err = db:rows(("FETCH %d FROM credenco_source"):format(BATCH))
      if not rows then return nil, failed(err, before) end
      at = 1
    end
    return rows[at] and rows[at][1]
  end
end

---@param url string a database as `--journal` takes it
---@param query string one SELECT statement
---@param options { name: string }
---@return credenco.pipeline.Source?
---@return string? err
function M.open(url, query, options)
  query = query:gsub("[;%s]+$", "")
  if query == "" then return not_run "there is no statement in it" end
  local db, err = database.open(url, { read_only = true })
  if not db then return nil, err end
  local fetch, fetch_err = openers[db.dialect.name](db, query)
  if not fetch then
    db:close()
    return nil, fetch_err
  end
  return setmetatable({ name = options.name, format = "sql", db = db, fetch = fetch, row = 0 }, Sql)
end

--- The next row.
---@return credenco.pipeline.Item?
---@return string? err
function Sql:next()
  local raw, err = self.fetch(self.row)
  if not raw then return nil, err end
  self.row = self.row + 1
  local record, flaw = jsonl.decode(raw)
  return { line = self.row, raw = raw .. "\n", record = record, broken = flaw }
end

function Sql:close() self.db:close() end

return M
