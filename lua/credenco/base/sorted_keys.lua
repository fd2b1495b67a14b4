--- The keys of a table in order, for output that is the same every time.

local function by_text(a, b) return tostring(a) < tostring(b) end

--- Keys that are not text are in the order of the text that Lua prints for them.
---@param map table<any, any>
---@return any[] keys
return function(map)
  local keys, order = {}, nil
  for key in pairs(map) do
    keys[#keys + 1] = key
    if type(key) ~= "string" then order = by_text end
  end
  table.sort(keys, order)
  return keys
end
