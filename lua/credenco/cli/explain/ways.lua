--- The commands that you can use for a record, or for an issue that only the service knows.
local api = require "credenco.client.api"
local command_line = require "credenco.cli.pipeline.command_line"
local json = require "credenco.base.json"
local states = require "credenco.journal.states"
local way_out = require "credenco.cli.pipeline.way_out"

local M = {}

-- Placeholders for an unknown wallet and issuer.
local WALLET, DID = '--wallet "$CREDENCO_WALLET"', '--did "$CREDENCO_ISSUER_DID"'

local function way(what, ...)
  return { what = what, commands = json.array { ... } }
end

local NOT_KEPT = "if the credential is not in the wallet: check whether the wallet trusts the issuer, add the trust, "
  .. "and issue again with another %s"

local function trust(another, wallet_key)
  local wallet = wallet_key and command_line.option("--wallet", wallet_key) or WALLET
  return way(NOT_KEPT:format(another),
    ("credenco doctor %s %s"):format(wallet, DID),
    ("credenco trust %s %s --name NAME"):format(wallet, DID))
end

local function is_confirmed(record)
  for _, credential in ipairs(record.credentials) do
    if not credential.revocation_uuid then return false end
  end
  return true
end

local function of_issued(record, journal)
  local ways = {}
  if not is_confirmed(record) then
    ways[1] = way("store its status and revocation id",
      command_line.about("confirm " .. command_line.quoted(record.workflow), journal))
  end
  ways[#ways + 1] = trust("`name` and journal of the workflow", record.wallet_key)
  return ways
end

--- The next commands for a record, by its state.
---@param record table see `credenco.cli.explain.found`
---@param journal string its place
---@return { what: string, commands: string[] }[]
function M.of_record(record, journal)
  if record.state == "issued" then return of_issued(record, journal) end
  if states.OPEN[record.state] then
    return { way("continue it; WORKFLOW.lua is the file of the workflow",
      command_line.about("run WORKFLOW.lua", journal)) }
  end
  -- A line without a key is selected by its cause.
  local key = record.copy == "" and record.key or nil
  return way_out.new({}, record.workflow, journal, record.sources, key):of(record)
end

local AGAIN = ("credenco issue %s --template TEMPLATE --claims-json FILE"):format(WALLET)

--- The next commands for an issue that no journal knows.
---@param id string its correlation id
---@param status string?
---@return { what: string, commands: string[] }[]
function M.of_issue(id, status)
  if api.FINAL[status] == "issued" then return { trust "correlation id" } end
  if api.FINAL[status] == "failed" then return { way("issue again, with another correlation id", AGAIN) } end
  local named = command_line.quoted(id)
  return {
    way("wait for it", ("credenco status %s --wait --timeout 60"):format(named)),
    way("deliver the offer, if `credenco issue --keep-offer FILE` kept it: a second delivery does no harm",
      ("credenco push %s --from FILE"):format(WALLET)),
  }
end

--- The next commands for an id that is unknown.
---@param id string
---@param journal string?
---@param more boolean? the journal was not read to the end
---@return { what: string, commands: string[] }[]
function M.of_nothing(id, journal, more)
  local named, ways = command_line.quoted(id), {}
  if more then
    ways[1] = way("read the journal to its end", command_line.about(("explain %s --all"):format(named), journal))
  end
  if not journal then
    ways[1] = way("name the journal of the run", ("credenco explain %s --journal FILE"):format(named))
  else
    ways[#ways + 1] = way("the journal has a revocation id after a run confirmed the issue",
      command_line.about("confirm WORKFLOW", journal))
    ways[#ways + 1] = way("search all issued credentials",
      command_line.about("report WORKFLOW --issued FILE", journal))
  end
  ways[#ways + 1] = way("ask another service: --base-url, and the credentials of the issuer that issued it",
    ("credenco status %s --base-url URL"):format(named))
  return ways
end

return M
