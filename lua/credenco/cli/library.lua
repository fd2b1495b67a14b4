--- Calls the library with the user's arguments. An error that it throws about an argument is a usage mistake here.
local arguments = require "credenco.client.arguments"
local base_options = require "credenco.base.options"
local credenco = require "credenco"
local interrupted = require "credenco.cli.interrupted"
local settings = require "credenco.cli.server_settings"
local usage = require "credenco.cli.usage"

local M = {}

-- The library throws about an argument at its caller's level. The caller is pcall, a C function, so such a message has
-- no position. A message with a position is a bug, and is thrown again.
local function settle(said, given, ok, ...)
  if ok then
    return ...
  end
  local problem = ...
  if type(problem) == "string" and not problem:find "^[^\n]-:%d+: " then
    usage.fail(said(problem, given))
  end
  error(problem, 0)
end

--- Calls a function of the library that takes options.
function M.call(f, ...)
  return settle(settings.said_of_flags, (...), pcall(f, ...))
end

--- Refuses arguments about which a method of the client would throw, as a usage mistake.
---@param method string
---@param given table some of its arguments, and all that are required
function M.check(method, given)
  local problem = base_options.problem(arguments[method], given)
  if problem then usage.fail(settings.said_of_arguments(("%s: %s"):format(method, problem))) end
end

--- A client for a command that makes many requests, all of which are safe to repeat.
---@param options credenco.Options
---@return credenco.Client
function M.new_client(options)
  interrupted.begin_requests()
  return M.call(credenco.new, options)
end

--- Makes a client, calls one of its methods and closes it. A signal ends the call.
---@param options credenco.Options
---@param method string
---@param argument string|table a correlation id, or a table that may have one
---@param ... any further arguments
---@return table? result
---@return credenco.Error? err
function M.client_call(options, method, argument, ...)
  local client = M.call(credenco.new, options)
  local id = type(argument) == "table" and argument.correlation_id or type(argument) == "string" and argument or nil
  local result, err = settle(settings.said_of_arguments, argument, interrupted.call(id, client, method, argument, ...))
  client:close()
  return result, err
end

return M
