--- Describes a schema with which the sandbox reads (`credenco.sandbox.ground.schema`) as a JSON Schema, for its OpenAPI
--- document.
local json = require "credenco.sandbox.ground.json"
local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

local NUMBER = { min = "minimum", max = "maximum" }
local LIMITS = {
  number = NUMBER, integer = NUMBER,
  string = { min = "minLength", max = "maxLength" }, -- in characters; a text never has more of them than bytes
  array = { min = "minItems", max = "maxItems" },
}

local function one_of_types(types)
  local choices = json.array({})
  for i, name in ipairs(types) do
    choices[i] = { type = name }
  end
  return { anyOf = choices }
end

local function add_members(described, schema)
  described.properties, described.required = {}, json.array({})
  for _, name in ipairs(sorted_keys(schema.members)) do
    local member = schema.members[name]
    described.properties[name] = M.of(member)
    if member.required then
      table.insert(described.required, name)
    end
  end
  if schema.others == "refused" then
    described.additionalProperties = false
  end
end

--- Leaves out a check that is a function.
---@param schema credenco.SandboxSchema
---@return table json_schema
function M.of(schema)
  if schema.type == "any" then return json.decode "{}" end
  if type(schema.type) == "table" then return one_of_types(schema.type) end
  local described = { type = schema.type, enum = schema.enum, pattern = schema.pattern }
  for limit, name in pairs(LIMITS[schema.type] or {}) do
    described[name] = schema[limit]
  end
  if schema.members then
    add_members(described, schema)
  end
  if schema.items then
    described.items = M.of(schema.items)
  end
  return described
end

return M
