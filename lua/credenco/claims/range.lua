--- Checks two options of a rule that are the ends of a range: an empty range is a mistake of the author.

---@param options table
---@param low string the name of the lower end
---@param high string the name of the upper end
---@return string? flaw
return function(options, low, high)
  local from, to = options[low], options[high]
  if from and to and from > to then
    return ("%s (%.14g) is above %s (%.14g), so nothing would fit"):format(low, from, high, to)
  end
end
