--- A text as one word of a POSIX shell's command.
---@param text string
---@return string
return function(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end
