--- A number of things in words: `1 line`, `2 lines`.
---@param count integer
---@param one string the singular
---@param many? string the plural, if it is not the singular with an s
---@return string
return function(count, one, many)
  return ("%d %s"):format(count, count == 1 and one or many or one .. "s")
end
