--- An offer, made and not pushed: whether the template is there and takes these claims. Nothing is issued.
local advice = require "credenco.cli.doctor.advice"
local caught = require "credenco.cli.doctor.caught"
local claims = require "credenco.cli.claims"
local credenco = require "credenco"
local exit_code = require "credenco.cli.exit_code"
local network = require "credenco.cli.doctor.network"

local M = { name = "offer", title = "Offer", code = exit_code.rejected }

local TEMPLATE = "name a template by its key, as the service's administration shows it, with --template"
local FORM = "give one JSON object in --claims-json, or --claim NAME=VALUE for each"
local CLAIMS = "correct what the server names: names and types of the claims have to be those of the template"

local function advice_of(err)
  if err.code == "forbidden" then return advice.role "create_offer" end
  if err.code == "not_found" then return TEMPLATE end
  if err.code == "invalid_claims" or err.code == "rejected" then return CLAIMS end
  return "try again, or show this line to who runs the service"
end

local function check_claims(context)
  local read, flaw = caught(claims.read, context.args)
  if not read then return "failure", flaw, FORM, exit_code.usage end
  context.claims = read
  return "ok", "can be sent"
end

local function check_offer(context)
  local client = credenco.new(context.options)
  local made, err = client:create_offer {
    template_id = context.args.template, claims = context.claims, correlation_id = network.impossible_id(),
  }
  client:close()
  if made then return "ok", ("%s takes them; the offer was made and not delivered"):format(context.args.template) end
  return "failure", advice.said(err), advice_of(err), exit_code.of(err)
end

local function not_tried()
  return "skipped", "not tried: give --template and the claims"
end

---@param context credenco.doctor.Context
---@return credenco.doctor.Row[]
function M.rows(context)
  if not context.args.template then return { { id = "offer", title = "template and claims", check = not_tried } } end
  return {
    { id = "claims", title = "claims", check = check_claims },
    { id = "offer", title = "template and claims", needs = { "claims", "credentials" }, check = check_offer },
  }
end

return M
