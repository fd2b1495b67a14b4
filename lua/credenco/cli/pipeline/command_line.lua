--- Commands as they are to be typed.

local shell_quoted = require "credenco.base.shell_quoted"

local M = {}

--- A word for the shell, in quotes where it needs them.
---@param word string
---@return string
function M.quoted(word)
  return word:find("^[%w%-_./:@=%%+,]+$") and word or shell_quoted(word)
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
  local named = os.getenv "CREDENCO_JOURNAL" == journal and "" or " --journal " .. M.quoted(journal)
  return "credenco " .. text .. named
end

return M
