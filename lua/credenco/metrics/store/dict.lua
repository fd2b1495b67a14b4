--- A store of metrics in a shared dictionary of nginx. All workers share it, and it survives a reload.
---
--- A full dictionary drops old values for new ones, except in its safe_ methods and when a value keeps its size. So
--- this module uses nothing else. A number that exists from the beginning counts the changes that found no room, and
--- each worker reports them once.

local families = require "credenco.metrics.families"
local loop = require "credenco.loop"
local series = require "credenco.metrics.series"

-- How long a gauge counts the part of a worker that has died.
local OWN_S = 120

local LOST = series.key(families.LOST, "")

---@class credenco.metrics.Dict : credenco.metrics.Store
---@field dict table
---@field name string
---@field process fun(): integer  the current worker
local Dict = {}
Dict.__index = Dict

local M = {}

---@param name string  a lua_shared_dict
---@param process fun(): integer
---@return credenco.metrics.Store?
---@return string? problem
function M.new(name, process)
  local dict = loop.shared_dict and loop.shared_dict(name)
  if not dict then return nil, "must name a lua_shared_dict of nginx's configuration" end
  local added, problem = dict:safe_add(LOST, 0)
  if not added and problem ~= "exists" then return nil, "names a lua_shared_dict that is full" end
  return setmetatable({ dict = dict, name = name, process = process, has_warned = false }, Dict)
end

local function lost(self)
  self.dict:incr(LOST, 1)
  if self.has_warned then return end
  self.has_warned = true
  loop.report(("credenco: lua_shared_dict %s has no room for more metrics: make it larger"):format(self.name))
end

---@param key string
---@param amount integer
function Dict:add(key, amount)
  local dict = self.dict
  if dict:incr(key, amount) then return end
  local added, problem = dict:safe_add(key, amount)
  if added then return end
  if problem ~= "exists" then return lost(self) end
  dict:incr(key, amount) -- another worker was faster
end

---@param key string
---@param value integer forgotten after a while, in case the worker has died
function Dict:keep_own(key, value)
  if not self.dict:safe_set(key .. self.process(), value, OWN_S) then lost(self) end
end

---@return table<string, integer>
function Dict:read()
  local numbers = {}
  for _, key in ipairs(self.dict:get_keys(0)) do numbers[key] = self.dict:get(key) end
  return numbers
end

return M
