--- Credential templates: read from a JSON file at the start, and what fits them.
local config = require "credenco.sandbox.app.config"
local json = require "credenco.sandbox.app.json"
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
---@field additional_claims boolean? claims without a description are taken as they are

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

local function json_type(value)
  if type(value) ~= "table" then
    return value == json.null and "null" or type(value)
  end
  return json.is_array(value) and "array" or "object"
end

--- A claim without a description can have any type.
local function check_claim(name, value, description)
  if not description then
    return true
  end
  local found, wanted = json_type(value), description.type
  if wanted == "integer" and found == "number" then
    return value % 1 == 0 or nil, ("claim '%s' must be an integer"):format(name)
  end
  if found ~= wanted then
    return nil, ("claim '%s' must be of type %s, not %s"):format(name, wanted, found)
  end
  return true
end

local function sorted_keys(object)
  local keys = {}
  for key in pairs(object) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

local function check_known(template, claims)
  for _, name in ipairs(sorted_keys(claims)) do
    local description = template.claims[name]
    if template.format == "dc+sd-jwt" and template_file.RESERVED[name] then
      return nil, ("no claim may be called '%s': SD-JWT VC uses that name itself"):format(name), name
    end
    if not description and not template.additional_claims then
      return nil, ("template '%s' has no claim '%s'"):format(template.key, name), name
    end
    local ok, err = check_claim(name, claims[name], description)
    if not ok then
      return nil, err, name
    end
  end
  return true
end

--- Whether claims fit a template.
---@param template credenco.SandboxTemplate
---@param claims table
---@return boolean? ok
---@return string? err
---@return string? field the claim at fault
function M.check_claims(template, claims)
  for _, name in ipairs(sorted_keys(template.claims)) do
    if template.claims[name].required and claims[name] == nil then
      return nil, ("claim '%s' of template '%s' is missing"):format(name, template.key), name
    end
  end
  return check_known(template, claims)
end

return M
