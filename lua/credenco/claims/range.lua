--- Two options of a rule that are the ends of a range: one that holds nothing is a mistake of the mapping's author.

---@param options table
---@param low string the lower end's name
---@param high string the upper end's
---@return string? flaw
return function(options, low, high)
  local from, to = options[low], options[high]
  if from and to and from > to then
    return ("%s (%.14g) is above %s (%.14g), so nothing would fit"):format(low, from, high, to)
  end
end
