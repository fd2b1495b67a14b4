--- Texts about the service's refusals.
local roles = require "credenco.base.roles"

local M = {}

M.EXPIRY = "look at its expiry date in the service's administration (keys and clients expire after a year by default), "
  .. "and make a new one there if that date has passed"

--- An error as the text of a line, with the server's own message if there is one.
---@param err credenco.Error
---@return string
function M.said(err)
  return err.message .. (err.detail and ": " .. err.detail or "")
end

--- Advice for a 403.
---@param step string
---@return string
function M.role(step)
  return ("give the key or client the role '%s'; if it has the role, %s"):format(roles.OF_CALL[step], M.EXPIRY)
end

return M
