--- Commands as they are to be typed.

local M = {}

--- A word for the shell.
---@param word string
---@return string
function M.quoted(word)
  return word:find("^[%w%-_./:@=%%+,]+$") and word or "'" .. word:gsub("'", "'\\''") .. "'"
end

--- An option with its value. A value that begins with a dash would be taken for another option.
---@param name string
---@param value string
---@return string
function M.option(name, value)
  return name .. (value:find "^%-" and "=" or " ") .. M.quoted(value)
end

--- The command as it was called, to be called again. A journal's URL holds no password there.
---@param name string
---@return string
function M.called(name)
  local words = { "credenco", name }
  for i = 2, #arg do words[i + 1] = M.quoted(arg[i]) end
  return table.concat(words, " ")
end

--- A command about a journal.
---@param text string the command and its arguments, quoted
---@param journal string where it is
---@return string
function M.about(text, journal)
  local named = os.getenv "CREDENCO_JOURNAL" == journal and "" or " " .. M.option("--journal", journal)
  return "credenco " .. text .. named
end

return M
