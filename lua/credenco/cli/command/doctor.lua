--- `credenco doctor`: will it work, before it is begun.
local claims = require "credenco.cli.claim_arguments"
local doctor = require "credenco.cli.doctor"
local exit_code = require "credenco.cli.exit_code"
local journal = require "credenco.cli.doctor.journal"
local run = require "credenco.cli.doctor.run"
local settings = require "credenco.cli.server_settings"
local shown = require "credenco.cli.doctor.shown"
local source_arguments = require "credenco.cli.pipeline.source_arguments"

local M = {
  wraps = true,
  description = [[
Checks, line by line, what a command needs: this machine; the settings and where each comes from; the way to the
server, its certificate and clock; the credentials; with a template and claims an offer, which is made and not
delivered; with a wallet whether it trusts the issuer; with a journal whether a run can use it. With a workflow and a
source it looks at all that for the run to come, as its first record would be sent.

Each line is ok, a warning or a failure, and says what to do. A line that cannot tell anything because of an earlier
failure is skipped. Nothing is issued.]],
  epilog = [[
Examples:
  credenco doctor
  credenco doctor company.lua companies.csv
  credenco doctor --template ebw_oid --claims-json claims.json
  credenco doctor --wallet "$CREDENCO_WALLET" --did did:web:wallet.credenco.com:issuer:credenco

Exit codes: 0 ok or warnings only; else that of the first failure: 2 settings, or
            something to install, 3 credentials, 4 refused, or not the API, 7 network, 9 journal.

]] .. settings.ENVIRONMENT,
}

local SUBJECTS = { "surroundings", "settings", "network", "credentials", "run", "offer", "wallet", "journal" }

function M.declare(command)
  command:argument "workflow" :args "?" :description "The workflow of the run to come, a Lua file."
  source_arguments.declare(command, "only the workflow is looked at")
  command:group("What else to try (nothing is issued)",
    command:option "--template" :argname "KEY" :description "Make an offer of this credential template.",
    command:option "--wallet" :argname "KEY" :description "Look whether this wallet trusts the issuer.",
    command:option "--wallet-api-key-file" :argname "FILE" :target "wallet_api_key_file"
      :description "File with that wallet's API key, when it is another one.",
    command:option "--did" :argname "DID" :description "The issuer's DID (default: CREDENCO_ISSUER_DID).",
    claims.declare(command))
  command:group("This machine",
    command:option "--journal" :argname "FILE|URL"
      :description "Look whether a run can use this journal (default: CREDENCO_JOURNAL, or the profile's).",
    command:option "--nginx" :argname "PATH" :description "The nginx to look at, such as OpenResty's.")
  settings.declare(command, "each call")
end

local function code_of(outcomes)
  for _, outcome in ipairs(outcomes) do
    if outcome.state == "failure" then return outcome.code end
  end
  return exit_code.done
end

function M.run(args)
  local context = { args = args, options = {}, rocks_in_use = {} }
  for _, subject in ipairs { journal, run } do
    for _, rock in ipairs(subject.rocks(args)) do context.rocks_in_use[rock] = true end
  end
  local subjects = {}
  for i, name in ipairs(SUBJECTS) do subjects[i] = require("credenco.cli.doctor." .. name) end
  local outcomes = doctor.run(subjects, context)
  return shown.fields(outcomes), shown.text(subjects, outcomes), code_of(outcomes)
end

return M
