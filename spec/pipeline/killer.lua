-- Kills the process, as the kernel would, the COUNT-th time it comes to EVENT ("none": never). Both stand in the
-- environment, so that every thread sees them; each thread counts for itself.
local uv = require "luv"

local M = {}

local EVENT, COUNT = os.getenv "CREDENCO_KILL_EVENT", tonumber(os.getenv "CREDENCO_KILL_COUNT")

local seen = 0

---@param name string
function M.reached(name)
  if name ~= EVENT then return end
  seen = seen + 1
  if seen == COUNT then uv.kill(uv.os_getpid(), "sigkill") end
end

--- Wraps a function so that the places before and after it can be died at.
function M.watch(owner, name, label)
  local original = owner[name]
  owner[name] = function(...)
    M.reached("before " .. label)
    local first, second = original(...)
    M.reached("after " .. label)
    return first, second
  end
end

local function watch_transactions(db)
  local methods = getmetatable(db).__index
  local original = methods.execute
  methods.execute = function(self, sql, ...)
    if sql == "COMMIT" then M.reached("before commit") end
    local ok, err = original(self, sql, ...)
    if sql == "COMMIT" then M.reached("after commit") end
    if sql:find("^BEGIN") then M.reached("in transaction") end
    return ok, err
  end
end

--- Makes the transactions of all databases that are opened from now on places to die at.
function M.watch_databases(database)
  local open = database.open
  database.open = function(...)
    local db, err = open(...)
    database.open = open
    if db then watch_transactions(db) end
    return db, err
  end
end

return M
