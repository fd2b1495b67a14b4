--- Every other one of a list: the half that this engine tries of what engines do not differ in. The other engine tries the
--- other half.
---@generic T
---@param list T[]
---@return T[]
return function(list)
  local half = {}
  for i = rawget(_G, "jit") and 1 or 2, #list, 2 do half[#half + 1] = list[i] end
  return half
end
