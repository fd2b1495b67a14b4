--- A trial offer, created and not delivered: whether the template exists and accepts these claims. Issues nothing.
local advice = require "credenco.cli.doctor.refusals"
local caught = require "credenco.cli.doctor.caught"
local claims = require "credenco.cli.claim_arguments"
local credenco = require "credenco"
local exit_code = require "credenco.cli.exit_code"
local library = require "credenco.cli.library"
local network = require "credenco.cli.doctor.network"
local run = require "credenco.cli.doctor.run"

local M = { name = "offer", title = "Offer", code = exit_code.rejected }

local TEMPLATE = "name a template by its key, as the service's administration shows it, with --template"
local FORM = "give one JSON object in --claims-json, or --claim NAME=VALUE for each"
local CLAIMS = "correct the claims that the server names: names and types have to be those of the template"

local function advice_of(err)
  if err.code == "forbidden" then return advice.role "create_offer" end
  if err.code == "not_found" then return TEMPLATE end
  if err.code == "invalid_claims" or err.code == "rejected" then return CLAIMS end
  return "try again, or show this line to the service's operator"
end

local function check_claims(context)
  local read, flaw = caught(claims.read, context.args)
  if not read then return "failure", flaw, FORM, exit_code.usage end
  context.claims = read
  return "ok", "can be sent"
end

local function check_offer(context, template_id, of_template)
  local order = {
    template_id = template_id, claims = of_template or context.claims, correlation_id = network.impossible_id(),
  }
  local _, flaw = caught(library.check, "create_offer", order)
  if flaw then return "failure", flaw, TEMPLATE, exit_code.usage end
  local client = credenco.new(context.options)
  local made, err = client:create_offer(order)
  client:close()
  if made then return "ok", "an offer was created, and is not delivered" end
  return "failure", advice.said(err), advice_of(err), exit_code.of(err)
end

local function row(id, template_id, of_template)
  return {
    id = id, title = "template " .. template_id, needs = { "records", "claims", "credentials" },
    check = function(context) return check_offer(context, template_id, of_template) end,
  }
end

local function not_tried()
  return "skipped", "not tried: give --template and the claims, or a workflow and its source"
end

---@param context credenco.doctor.Context
---@return credenco.doctor.Row[]
function M.rows(context)
  local template_id = context.args.template
  if template_id then
    return { { id = "claims", title = "claims", check = check_claims }, row("offer", template_id) }
  end
  local rows = {}
  for i, sent in ipairs(run.deliveries(context)) do
    rows[i] = row(i == 1 and "offer" or "offer_" .. i, sent.template_id, sent.claims)
  end
  rows[1] = rows[1] or { id = "offer", title = "template", needs = { "records" }, check = not_tried }
  return rows
end

return M
