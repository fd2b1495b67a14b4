--- The current behaviour of this sandbox, see `credenco.sandbox.ground.behaviours`.
--
-- It begins with the behaviour of the start. PUT /sandbox/behaviour changes it; DELETE or a reset restores it.
local behaviours = require "credenco.sandbox.ground.behaviours"
local config = require "credenco.sandbox.ground.config"
local log = require "credenco.sandbox.ground.log"
local store = require "credenco.sandbox.ground.store"

local M = {}

local KEY = "behaviour"

---@return table<string, string|integer> behaviours all of them
function M.get()
  return store.get(KEY) or config.behaviour
end

--- Changes the named behaviours, and leaves the others as they are.
---@param document table<string, string|number>
---@return boolean? ok
---@return string? err
function M.set(document)
  local changes, err = behaviours.read(document)
  if not changes then return nil, err end
  local all = {}
  for name, value in pairs(M.get()) do all[name] = value end
  for _, row in ipairs(behaviours.LIST) do
    local value = changes[row.name]
    if value then
      all[row.name] = value
      log.add { source = "behaviour", step = ("%s is now %s"):format(row.name, value), ok = true }
    end
  end
  store.set(KEY, all)
  return true
end

function M.clear()
  store.delete(KEY)
  log.add { source = "behaviour", step = "as at the start", ok = true }
end

--- A behaviour as an HTTP status, if it is one.
---@param name string
---@return integer?
function M.status(name)
  return tonumber(M.get()[name])
end

return M
