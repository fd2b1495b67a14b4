--- `credenco probe`: finds out how a service behaves where its documentation says nothing.
local behaviours = require "credenco.sandbox.ground.behaviours"
local claims = require "credenco.cli.claim_arguments"
local credenco = require "credenco"
local errors = require "credenco.client.errors"
local experiments = require "credenco.cli.probe.experiments"
local guarantees = require "credenco.cli.probe.guarantees"
local library = require "credenco.cli.library"
local settings = require "credenco.cli.server_settings"
local usage = require "credenco.cli.usage"

local M = {
  wraps = true,
  description = [[
Makes a few calls to a test environment, and reports how it behaves in cases that the service's documentation leaves
open. It also reports what a pipeline can promise there: which records can be lost, issued twice or left unknown.

It issues for real: a credential stays in the wallet that you name, or two if a repeated push issues again. Use a
wallet for tests. It creates no trusted contact and does not wait for offers to expire, so it cannot report how long
offers are valid, or how the service responds to a repeated trusted contact.]],
  epilog = [[
Example:
  credenco probe --wallet "$TEST_WALLET" --template ebw_oid --claims-json claims.json

]] .. settings.ENVIRONMENT,
}

function M.declare(command)
  command:group("Options",
    command:option "--wallet" :argname "KEY" :count "1" :description "External key of a wallet for tests.",
    command:option "--template" :argname "KEY" :count "1" :description "Key of the credential template.",
    command:option "--wait" :argname "SECONDS"
      :description "How long to wait until the issue is complete (default: 10).",
    claims.declare(command))
  settings.declare(command, "each call")
end

local function wait_ms(args)
  local text = args.wait or "10"
  local seconds = text:find "^%d+%.?%d*$" and tonumber(text)
  if not seconds or seconds > 3600 then
    usage.fail "--wait: a number of seconds from 0 to 3600"
  end
  return math.floor(seconds * 1000)
end

local function rows_of(readings)
  local rows = {}
  for _, behaviour in ipairs(behaviours.LIST) do
    local name = behaviour.name
    if guarantees.OF[name] then
      rows[#rows + 1] = { behaviour = name, reading = readings[name], guarantee = guarantees.of(name, readings[name]) }
    end
  end
  return rows
end

local LEFT_BEHIND = [[

Left behind: a credential in the wallet %s, if it trusts the issuer (correlation_id %s).
Look into it: if there are two, a repeated push issues again, and none of this holds.]]

local function table_of(found, rows, wallet_key)
  local lines = {}
  for _, row in ipairs(rows) do lines[#lines + 1] = ("%-24s %s"):format(row.behaviour, row.reading or "?") end
  lines[#lines + 1] = "status of the issue      " .. table.concat(found.statuses, ", then "):gsub("[%c\127]", "?")
  lines[#lines + 1] = "\nWhat a pipeline can promise there, besides that no record is issued twice:"
  for _, row in ipairs(rows) do lines[#lines + 1] = ("- %s: %s."):format(row.behaviour, row.guarantee) end
  lines[#lines + 1] = LEFT_BEHIND:format(wallet_key, found.correlation_id)
  return table.concat(lines, "\n")
end

-- The error of a delivery has no correlation id of its own.
local function failed(probe, err, out)
  if probe.delivering then
    out:note(("a credential may be in the wallet %s (correlation_id %s)"):format(
      probe.wallet_key, probe.correlation_id))
  end
  return nil, errors.with(err, { correlation_id = probe.correlation_id })
end

function M.run(args, out)
  local given = { template_id = args.template, wallet_key = args.wallet, claims = claims.read(args) }
  library.check("issue_direct", given)
  given.wait_ms = wait_ms(args)
  local probe = experiments.new(given)
  local found, err = library.client_call(settings.options(args), experiments.run, probe)
  if not found then return failed(probe, err, out) end
  local rows = rows_of(found.readings)
  return {
    readings = credenco.array(rows), statuses = credenco.array(found.statuses), correlation_id = found.correlation_id,
    wallet = args.wallet,
  }, table_of(found, rows, args.wallet)
end

return M
