--- Credential templates: reads them from a JSON file at the start, and checks claims against them.
local config = require "credenco.sandbox.ground.config"
local credential_claims = require "credenco.sandbox.issuer.claim_limits"
local json = require "credenco.sandbox.ground.json"
local sorted_keys = require "credenco.base.sorted_keys"
local template_file = require "credenco.sandbox.issuer.template_file"

local M = {}

---@class credenco.SandboxTemplate
---@field key string
---@field name string
---@field format "dc+sd-jwt"|"jwt_vc_json"
---@field vct string
---@field validity_days number
---@field display { background_color: string, text_color: string }
---@field claims table<string, { type: string, required: boolean?, label: string? }>
---@field additional_claims boolean? claims without a description are accepted

local by_key, in_order

--- Reads the templates, in nginx's master process.
function M.load()
  by_key, in_order = {}, assert(template_file.read(config.templates or template_file.bundled()))
  for _, template in ipairs(in_order) do
    template.vct = template.vct or config.base_url .. "/vct/" .. template.key
    by_key[template.key] = template
  end
end

---@return credenco.SandboxTemplate?
function M.find(key)
  return by_key[key]
end

---@return credenco.SandboxTemplate[]
function M.all()
  return in_order
end

--- A claim without a description can have any type.
local function check_type(name, value, description)
  if not description then
    return nil
  end
  local found, wanted = json.kind(value), description.type
  if wanted == "integer" and found == "number" then
    return value % 1 ~= 0 and ("claim '%s' must be an integer"):format(name) or nil
  end
  if found ~= wanted then
    return ("claim '%s' must be of type %s, not %s"):format(name, wanted, found)
  end
end

local function check_claim(template, name, value)
  local description = template.claims[name]
  if not description and not template.additional_claims then
    return ("template '%s' has no claim '%s'"):format(template.key, credential_claims.shown(name))
  end
  return check_type(name, value, description)
end

--- Whether claims fit a template, and a credential in its format.
---@param template credenco.SandboxTemplate
---@param claims table
---@return string? err
---@return string? path to the claim at fault, such as ".address.lines[2]"; "" for all of them
function M.check_claims(template, claims)
  for _, name in ipairs(sorted_keys(template.claims)) do
    if template.claims[name].required and claims[name] == nil then
      return ("claim '%s' of template '%s' is missing"):format(name, template.key), "." .. name
    end
  end
  local err, path = credential_claims.check(template.format, claims)
  if err then
    return err, path
  end
  for _, name in ipairs(sorted_keys(claims)) do
    err = check_claim(template, name, claims[name])
    if err then
      return err, "." .. credential_claims.shown(name)
    end
  end
end

return M
