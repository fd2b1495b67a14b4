--- Throws a mistake of the mapping's author at the author's own line, from any depth of calls.

---@param message string
---@param ... any arguments for string.format
return function(message, ...)
  message = message:format(...)
  local level = 2
  local info = debug.getinfo(level, "S")
  while info and info.source:find("credenco[/\\]claims[/\\]") do
    level = level + 1
    info = debug.getinfo(level, "S")
  end
  error(message, info and level or 0)
end
