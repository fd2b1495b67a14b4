--- Commands for the user to type.

local shell_quoted = require "credenco.base.shell_quoted"

local M = {}

local function octal(byte) return ("\\%03o"):format(byte:byte()) end

--- A word for the shell. Control bytes are written out: they would act on the terminal that shows the command.
---@param word string
---@return string
function M.quoted(word)
  if word:find "^[%w%-_./:@=%%+,]+$" then return word end
  if word:find "%c" then return "$'" .. word:gsub("[%c\\']", octal) .. "'" end
  return shell_quoted(word)
end

--- An option with its value, which may begin like an option itself.
---@param name string
---@param value string
---@return string
function M.option(name, value)
  return name .. (value:find "^%-" and "=" or " ") .. M.quoted(value)
end

--- The command that is running, to type it again. The URL of a journal is shown without its password.
---@param name string
---@return string
function M.called(name)
  local words = { "credenco", name }
  for i = 2, #arg do words[i + 1] = M.quoted(arg[i]) end
  return table.concat(words, " ")
end

--- A command about a journal.
---@param text string the command and its arguments, quoted
---@param journal string its place
---@return string
function M.about(text, journal)
  local named = os.getenv "CREDENCO_JOURNAL" == journal and "" or " " .. M.option("--journal", journal)
  return "credenco " .. text .. named
end

return M
