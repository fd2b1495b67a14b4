-- The CPU time of a process and its children, those that have ended included.
local uv = require "luv"

local M = {}

local TICKS_PER_S = 100 -- USER_HZ
local PARENT, OWN, OF_ENDED = 2, { 12, 13 }, { 14, 15 } -- of /proc/PID/stat behind the name: proc(5) counts from 3

-- The kernel's figures of a process; nil if it has ended.
local function fields_of(pid)
  local file = io.open(("/proc/%d/stat"):format(pid))
  local text = file and file:read "a"
  if file then file:close() end
  if not text then return nil end
  local fields = {}
  for field in text:match("%) (.*)$"):gmatch "%S+" do fields[#fields + 1] = tonumber(field) or field end
  return fields
end

local function sum(fields, places)
  return (fields[places[1]] + fields[places[2]]) / TICKS_PER_S
end

---@param pid integer
---@return number seconds
function M.cpu_s(pid)
  local fields = assert(fields_of(pid))
  local total = sum(fields, OWN) + sum(fields, OF_ENDED)
  for name in uv.fs_scandir_next, assert(uv.fs_scandir "/proc") do
    local child = tonumber(name) and fields_of(tonumber(name))
    if child and child[PARENT] == pid then total = total + sum(child, OWN) + sum(child, OF_ENDED) end
  end
  return total
end

return M
