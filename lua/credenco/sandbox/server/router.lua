--- Finds the handler for a method and a path.
--
-- A segment of a pattern is a literal, or `:name` for any segment.
local M = {}

local function match(pattern, segments)
  local params = {}
  for index, part in ipairs(pattern) do
    local name, segment = part:match "^:(.+)$", segments[index]
    if not segment or (not name and part ~= segment) then
      return nil
    end
    if name then
      params[name] = segment
    end
  end
  return #segments == #pattern and params or nil
end

local function split(pattern)
  local parts = {}
  for part in pattern:gmatch "[^/]+" do
    parts[#parts + 1] = part
  end
  return parts
end

---@class credenco.SandboxRoute
---@field [1] string the method
---@field [2] string the pattern
---@field [3] function the handler
---@field access string? a function of access.lua
---@field role string? of access "api": the role that the caller needs
---@field fault string? its name for faults
---@field cors boolean? web pages of other origins may use it
---@field begins boolean? it is refused when memory is short

---@param routes credenco.SandboxRoute[]
---@return fun(method: string, segments: string[]): table?, table find route and params; without
---  a route, the path's routes of other methods
function M.compile(routes)
  local compiled = {}
  for index, route in ipairs(routes) do
    compiled[index] = {
      method = route[1], parts = split(route[2]), handler = route[3],
      access = route.access, role = route.role, fault = route.fault, cors = route.cors, begins = route.begins,
    }
  end
  return function(method, segments)
    local others = {}
    for _, route in ipairs(compiled) do
      local params = match(route.parts, segments)
      if params and route.method == method then
        return route, params
      elseif params then
        others[#others + 1] = route
      end
    end
    return nil, others
  end
end

return M
