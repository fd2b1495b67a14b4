--- `credenco status`: the status of an issue.
local fields = require "credenco.cli.fields"
local library = require "credenco.cli.library"
local settings = require "credenco.cli.server_settings"

local DEFAULT_TIMEOUT_MS = require("credenco.base.settings").SPEC.timeout_ms.default

local FIELDS = { "status", "correlation_id", "revocation_uuid" }

local M = {
  description = [[
Asks the issuer for the status of an issue. "issue_completed" means that the issuer has finished. The status does
not show whether the wallet kept the credential.]],
  epilog = [[
Examples:
  credenco status 89cba89
  credenco status 89cba89 --wait --timeout 60

]] .. settings.ENVIRONMENT,
}

function M.declare(command)
  command:argument "correlation_id" :description "The issue's correlation id."
  command:group("Options",
    command:flag "--wait" :description "Ask again until the issue is complete or has failed, or the time is up.")
  settings.declare(command)
end

function M.run(args)
  local options = settings.options(args)
  local method = args.wait and "wait_issued" or "issue_status"
  local wait_options = args.wait and { timeout_ms = options.timeout_ms or DEFAULT_TIMEOUT_MS } or nil
  local result, err = library.client_call(options, method, args.correlation_id, wait_options)
  if not result then
    return nil, err
  end
  local shown = fields.pick(result, FIELDS)
  return shown, fields.text(shown, FIELDS)
end

return M
