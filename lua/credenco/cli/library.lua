--- Calls the library with what the user typed. An argument it throws about is a mistake in usage here.
local credenco = require "credenco"
local settings = require "credenco.cli.settings"
local usage = require "credenco.cli.usage"

local M = {}

-- The library throws about an argument at its caller's level. The caller is pcall, a C function, so such a
-- message has no position; one with a position is a bug and stays one.
local function settle(options, ok, ...)
  if ok then
    return ...
  end
  local problem = ...
  if type(problem) == "string" and not problem:find "^[^\n]-:%d+: " then
    usage.fail(settings.said_of_flags(problem, options))
  end
  error(problem, 0)
end

--- Calls a function of the library.
function M.call(f, ...)
  return settle((...), pcall(f, ...))
end

--- Makes a client, calls one of its methods and closes it.
---@param options credenco.Options
---@param method string
---@return table? result
---@return credenco.Error? err
function M.client_call(options, method, ...)
  local client = M.call(credenco.new, options)
  local result, err = M.call(client[method], client, ...)
  client:close()
  return result, err
end

return M
