--- Reads and checks the file of credential templates. Outside nginx it gives a readable message, inside nginx the
--- templates.
local claims = require "credenco.sandbox.issuer.claim_limits"
local fields = require "credenco.sandbox.ground.fields"
local json = require "credenco.sandbox.ground.json"

local M = {}

local FORMATS = { ["dc+sd-jwt"] = true, jwt_vc_json = true }
local TYPES = { string = true, number = true, integer = true, boolean = true, object = true, array = true }
local DEFAULT_VALIDITY_DAYS = 365

local function is_text(value) return type(value) == "string" and value ~= "" end
local function is_flag(value) return type(value) == "boolean" end
local function is_colour(value) return type(value) == "string" and value:find "^#%x%x%x%x%x%x$" ~= nil end

local CLAIM_FIELDS = {
  type = { function(v) return TYPES[v] end, "one of array, boolean, integer, number, object, string" },
  required = { is_flag, "true or false" },
  label = { is_text, "a text" },
}

local DISPLAY_FIELDS = {
  background_color = { is_colour, "a colour such as #12355b" },
  text_color = { is_colour, "a colour such as #ffffff" },
}

local TEMPLATE_FIELDS = {
  key = { function(v) return type(v) == "string" and v:find "^[%w._-]+$" end, "letters, digits and . _ -" },
  name = { is_text, "a text" },
  description = { is_text, "a text" },
  format = { function(v) return FORMATS[v] end, "dc+sd-jwt or jwt_vc_json" },
  vct = { is_text, "a text" },
  validity_days = { function(v) return type(v) == "number" and v > 0 and v <= 36500 end, "a number up to 36500" },
  display = { json.is_object, "an object" },
  claims = { json.is_object, "an object" },
  additional_claims = { is_flag, "true or false" },
}

local function check_claims(template)
  for name, claim in pairs(template.claims) do
    local mistake = fields.mistake(claim, CLAIM_FIELDS, { "type" })
    if mistake then
      return ("claim '%s' %s"):format(name, mistake)
    end
    local owner = claims.owner(template.format, name)
    if owner then
      return ("claim '%s' has a name that %s uses itself"):format(name, owner)
    end
  end
end

local function check_template(template)
  return fields.mistake(template, TEMPLATE_FIELDS, { "key", "name", "format", "claims" })
    or check_claims(template)
    or (template.display and fields.mistake(template.display, DISPLAY_FIELDS, {}))
end

local function check_list(list)
  local keys = {}
  for index, template in ipairs(list) do
    local mistake = check_template(template)
    if mistake then
      return ("template %d %s"):format(index, mistake)
    end
    if keys[template.key] then
      return ("template %d has the key of another: '%s'"):format(index, template.key)
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
  local document, json_err = json.decode_object(text)
  if not document then
    return nil, ("%s is %s"):format(path, json_err)
  end
  local list = document.templates
  if type(list) ~= "table" or not json.is_array(list) then
    return nil, path .. " holds no list named 'templates'"
  end
  if #list == 0 then
    return nil, path .. ": the list 'templates' is empty"
  end
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
