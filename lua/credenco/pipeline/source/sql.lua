--- The rows of a query as records. The database itself writes each row as a JSON object: luadbi hands
--- out integers as 32 bits and cuts text at a NUL byte, and neither may happen to a claim unnoticed.
--- PostgreSQL is read through a cursor, so the result's size does not matter.

local database = require "credenco.journal.database"
local jsonl = require "credenco.pipeline.source.jsonl"

local M = {}

local BATCH = 500

---@class credenco.pipeline.Sql : credenco.pipeline.Source
local Sql = {}
Sql.__index = Sql

local function quoted_pairs(columns)
  local parts = {}
  for i, name in ipairs(columns) do
    parts[i] = ("'%s', \"%s\""):format(name:gsub("'", "''"), (name:gsub('"', '""')))
  end
  return table.concat(parts, ", ")
end

local openers = {}

function openers.sqlite(db, query)
  local columns, err = db:columns(query)
  if not columns then return nil, err end
  local fetch, fetch_err = db:stream(("SELECT json_object(%s) FROM (%s)"):format(quoted_pairs(columns), query))
  if not fetch then return nil, fetch_err end
  return function()
    local row, row_err = fetch()
    return row and row[1], row_err
  end
end

function openers.postgresql(db, query)
  local ok, err = db:execute("BEGIN READ ONLY")
  if not ok then return nil, err end
  ok, err = db:execute(
    ("DECLARE credenco_source NO SCROLL CURSOR FOR SELECT row_to_json(q)::text FROM (%s) q"):format(query))
  if not ok then return nil, err end
  local rows, at = {}, 0
  return function()
    at = at + 1
    if at > #rows then
      rows, err = db:rows(("FETCH %d FROM credenco_source"):format(BATCH))
      if not rows then return nil, err end
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
  local db, err = database.open(url, { read_only = true })
  if not db then return nil, err end
  local fetch, fetch_err = openers[db.dialect](db, query)
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
  local raw, err = self.fetch()
  if not raw then return nil, err end
  self.row = self.row + 1
  local record, flaw = jsonl.decode(raw)
  return { line = self.row, raw = raw .. "\n", record = record, broken = flaw }
end

function Sql:close() self.db:close() end

return M
