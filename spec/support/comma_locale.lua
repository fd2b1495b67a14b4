--- A locale with a decimal comma, as a program may set one.
local busted = require "busted"
local files = require "spec.support.files"
local uv = require "luv"

local M = { NEEDS = "needs localedef and the locale de_DE" }

--- Sets it for a `describe`.
---@return fun(): boolean whether this machine has the locale
function M.use()
  local folder, locale
  busted.setup(function()
    folder = files.temporary_folder()
    os.execute(("localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >'%s/log' 2>&1"):format(folder, folder))
    uv.os_setenv("LOCPATH", folder)
    locale = os.setlocale "de_DE.UTF-8"
  end)
  busted.teardown(function()
    os.setlocale "C"
    uv.os_unsetenv "LOCPATH"
    files.remove_folder(folder)
  end)
  return function() return locale ~= nil end
end

return M
