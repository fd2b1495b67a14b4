--- `credenco doctor`: checks whether a command would work, before you start it.
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
Checks what a command needs: this machine; the settings, and where each comes from; the network, and the server's
certificate and clock; the credentials. With a template and claims it creates an offer and does not deliver it. With a
wallet it checks whether the wallet trusts the issuer; with a journal, whether a run can use it. With a workflow and a
source it checks all of this for that run, with its first record.

Each line is ok, a warning or a failure, and tells you what to do. A line that depends on an earlier failure is
skipped. Nothing is issued.]],
  epilog = [[
Examples:
  credenco doctor
  credenco doctor company.lua companies.csv
  credenco doctor --template ebw_oid --claims-json claims.json
  credenco doctor --wallet "$CREDENCO_WALLET" --did did:web:wallet.credenco.com:issuer:credenco

Exit codes: 0 ok or only warnings; otherwise the code of the first failure: 2 settings, or
            a missing package, 3 credentials, 4 refused, or not the API, 7 network,
            9 journal.

]] .. settings.ENVIRONMENT,
}

local SUBJECTS = { "surroundings", "settings", "network", "credentials", "run", "offer", "wallet", "journal" }

function M.declare(command)
  command:argument "workflow" :args "?" :description "The workflow of the run that you plan, a Lua file."
  source_arguments.declare(command, "check only the workflow")
  command:group("More checks (nothing is issued)",
    command:option "--template" :argname "KEY" :description "Create an offer of this credential template.",
    command:option "--wallet" :argname "KEY" :description "Check whether this wallet trusts the issuer.",
    command:option "--wallet-api-key-file" :argname "FILE" :target "wallet_api_key_file"
      :description "File with that wallet's API key, if it has another one.",
    command:option "--did" :argname "DID" :description "The issuer's DID (default: CREDENCO_ISSUER_DID).",
    claims.declare(command))
  command:group("This machine",
    command:option "--journal" :argname "FILE|URL"
      :description "Check whether a run can use this journal (default: CREDENCO_JOURNAL, or the profile's).",
    command:option "--nginx" :argname "PATH" :description "The nginx to check, such as OpenResty's.")
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
