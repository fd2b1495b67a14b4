--- Facts about the whole journal or a workflow, by name: the table `credenco_meta`.

local M = {}

local VALUE = "SELECT value FROM credenco_meta WHERE name = ?"

---@param db credenco.journal.Database
---@param name string
---@return string|false|nil value false if there is none
---@return string? err
function M.value(db, name)
  local rows, err = db:rows(VALUE, name)
  if not rows then return nil, err end
  return rows[1] ~= nil and rows[1][1]
end

local ADD = "INSERT INTO credenco_meta (name, value) VALUES (?, ?) ON CONFLICT "
local REPLACE = ADD .. "(name) DO UPDATE SET value = excluded.value"
local REPLACE_IF = REPLACE .. " WHERE credenco_meta.value = ?"
local KEEP_FIRST = ADD .. "DO NOTHING"

--- Stores a value, in place of an earlier one.
---@param db credenco.journal.Database
---@param name string
---@param value string
---@return boolean? ok
---@return string? err
function M.set(db, name, value)
  return db:execute(REPLACE, name, value)
end

--- Stores a value, if there is none or still the one that the caller knows.
---@param db credenco.journal.Database
---@param name string
---@param value string
---@param known string|false
---@return integer? changed
---@return string? err
function M.set_if(db, name, value, known)
  return db:change(REPLACE_IF, name, value, known or "")
end

--- Stores a value unless there is one.
---@param db credenco.journal.Database
---@param name string
---@param value string
---@return boolean? ok
---@return string? err
function M.set_first(db, name, value)
  return db:execute(KEEP_FIRST, name, value)
end

return M
