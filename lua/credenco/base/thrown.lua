--- The text of a value that a user's code has thrown, whose own __tostring may throw, too.
---@param value any
---@return string
return function(value)
  local ok, text = pcall(tostring, value)
  return ok and type(text) == "string" and text or type(value) .. " without a text"
end
