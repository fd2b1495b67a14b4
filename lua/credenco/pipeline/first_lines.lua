--- The first line of each key, for a check of any size: first in memory, then in a temporary file, which SQLite removes
--- by itself.

local database = require "credenco.journal.database"

local M = {}

-- The number of keys that stay in memory.
local MOST = 50000

local TABLE = "CREATE TABLE first_line (key TEXT NOT NULL PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID"
local ADD = "INSERT INTO first_line (key, line) VALUES (?, ?) ON CONFLICT DO NOTHING"
local FIND = "SELECT line FROM first_line WHERE key = ?"

---@class credenco.pipeline.FirstLines
---@field private lines table<string, integer>? while they are few
---@field private count integer
---@field private most integer
---@field private db credenco.journal.Database?
local FirstLines = {}
FirstLines.__index = FirstLines

---@param most? integer keys in memory
---@return credenco.pipeline.FirstLines
function M.new(most)
  return setmetatable({ lines = {}, count = 0, most = most or MOST }, FirstLines)
end

local function add_to_file(db, key, line)
  local added, err = db:change(ADD, key, line)
  if not added then return nil, err end
  if added > 0 then return false end
  local row
  row, err = db:row(FIND, key)
  return row and row[1], err
end

-- One transaction for everything, since nothing has to survive.
local function move_to_file(self)
  local db, err = database.open_temporary()
  if not db then return nil, err end
  self.db = db
  local ok
  ok, err = db:execute(TABLE)
  if ok then ok, err = db:execute "BEGIN" end
  for key, line in pairs(self.lines) do
    if ok then ok, err = db:execute(ADD, key, line) end
  end
  self.lines = nil
  return ok, err
end

local function add_to_memory(self, key, line)
  local first = self.lines[key]
  if first then return first end
  self.lines[key], self.count = line, self.count + 1
  if self.count <= self.most then return false end
  local ok, err = move_to_file(self)
  if not ok then return nil, err end
  return false
end

--- Takes note of a line, and gives the earlier line with its key.
---@param key string
---@param line integer
---@return integer|false|nil first false if it is the first
---@return string? err the file cannot be written
function FirstLines:add(key, line)
  if self.lines then return add_to_memory(self, key, line) end
  return add_to_file(self.db, key, line)
end

--- Removes the file.
function FirstLines:close()
  if self.db then self.db:close() end
end

return M
