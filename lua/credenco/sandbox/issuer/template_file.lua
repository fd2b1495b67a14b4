--- Reads and checks the file of credential templates. Outside nginx it gives a readable message, inside nginx the
--- templates.
local claims = require "credenco.sandbox.issuer.claim_limits"
local schema = require "credenco.sandbox.ground.schema"
local schemas = require "credenco.sandbox.issuer.request_schemas"
local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

local DEFAULT_VALIDITY_DAYS = 365

local TEXT = { type = "string", min = 1 }

local function is_positive(number)
  return number <= 0 and "must be more than 0" or nil
end

local CLAIM = { type = "object", nulls = "refused", others = "refused", members = {
  type = schema.required(schema.one_of { "array", "boolean", "integer", "number", "object", "string" }),
  required = { type = "boolean" },
  label = TEXT,
} }

local TEMPLATE = { type = "object", nulls = "refused", others = "refused", members = {
  key = schema.required(schema.matching("^[%w._-]+$", "must be of letters, digits and . _ -")),
  name = schema.required(TEXT),
  description = TEXT,
  format = schema.required(schema.one_of { "dc+sd-jwt", "jwt_vc_json" }),
  vct = TEXT,
  validity_days = { type = "number", max = 36500, check = is_positive },
  display = { type = "object", nulls = "refused", others = "refused", members = {
    background_color = schemas.COLOUR, text_color = schemas.COLOUR,
  } },
  claims = { type = "object", required = true, values = CLAIM },
  additional_claims = { type = "boolean" },
} }

local DOCUMENT = { type = "object", members = {
  templates = { type = "array", required = true, min = 1, items = TEMPLATE },
} }

local function check_claims(template)
  for _, name in ipairs(sorted_keys(template.claims)) do
    local owner = claims.owner(template.format, name)
    if owner then
      return ("claim '%s' has a name that %s uses itself"):format(name, owner)
    end
  end
end

local function check_list(list)
  local keys = {}
  for index, template in ipairs(list) do
    local mistake = check_claims(template)
      or keys[template.key] and ("has the key of another: '%s'"):format(template.key)
    if mistake then
      return ("templates[%d] %s"):format(index, mistake)
    end
    keys[template.key] = true
  end
end

--- The templates that come with the sandbox.
---@return string path
function M.bundled()
  return (debug.getinfo(1, "S").source:gsub("^@", ""):gsub("issuer/template_file%.lua$", "templates.json"))
end

local function text_of(path)
  local file, open_err = io.open(path, "rb")
  if not file then
    return nil, open_err
  end
  local text, read_err = file:read "*a" -- fails for a directory, which can be opened
  file:close()
  return text, read_err and path .. ": " .. read_err
end

---@param path string
---@return credenco.SandboxTemplate[]? templates with their defaults filled in
---@return string? err names the file, the template and the field
function M.read(path)
  local text, read_err = text_of(path)
  if not text then
    return nil, "cannot read templates: " .. read_err
  end
  local document, err = schema.decode(DOCUMENT, text, path)
  if not document then
    return nil, err
  end
  local list = document.templates
  local mistake = check_list(list)
  if mistake then
    return nil, ("%s: %s"):format(path, mistake)
  end
  for _, template in ipairs(list) do
    template.validity_days = template.validity_days or DEFAULT_VALIDITY_DAYS
    template.display = template.display or {}
  end
  return list
end

return M
