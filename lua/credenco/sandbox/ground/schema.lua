--- All data from others comes in through a schema: a table that describes a JSON value. `decode` and `read` give a copy
--- with only the members that the schema declares, so everything that is compared, sorted or encoded afterwards has the
--- type that the schema says. They never throw.
--
-- A member that is null counts as absent. Messages name members and types, never a value.
local core = require "credenco.core"
local json = require "credenco.sandbox.ground.json"
local lists = require "credenco.base.lists"
local options = require "credenco.base.options"
local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

---@class credenco.SandboxSchema
---@field type string|string[] "string", "number", "integer", "boolean", "object", "array" or "any"
---@field required boolean? of a member: it must be there
---@field lenient boolean? of a member or an item: if it does not fit, it counts as absent
---@field members table<string, credenco.SandboxSchema>? of an object; other members are left out
---@field values credenco.SandboxSchema? of an object: for the members that are not declared
---@field nulls "refused"? of an object: a declared member must not be null
---@field others "refused"? of an object: it must have no other members
---@field items credenco.SandboxSchema? of an array
---@field min number? of a number; bytes of a string, elements of an array
---@field max number? the same; of a string MAX_BYTES and of an array MAX_ITEMS unless it says otherwise or is "any"
---@field check (fun(value: any): string?)? the problem of the value, or nil
---@field enum string[]? the values of `one_of`, for server/json_schema.lua
---@field pattern string? that of `matching`, for server/json_schema.lua; nil if only Lua understands it

M.MAX_BYTES = 64 * 1024
M.MAX_ITEMS = 10000
M.MAX_DEPTH = core.JSON_DEPTH

--- Any JSON value, unchanged.
M.ANY = { type = "any" }

--- The same schema, for a required member.
---@param schema credenco.SandboxSchema
---@return credenco.SandboxSchema
function M.required(schema)
  local copy = { required = true }
  for name, value in pairs(schema) do
    copy[name] = value
  end
  return copy
end

--- A string that is one of these.
---@param values string[]
---@return credenco.SandboxSchema
function M.one_of(values)
  local known = lists.set(values)
  local problem = "must be one of " .. table.concat(values, ", ")
  return { type = "string", enum = json.array(values),
    check = function(value) return not known[value] and problem or nil end }
end

--- A string that a pattern describes.
---@param pattern string
---@param problem string for a string that it does not describe: "must be a DID"
---@return credenco.SandboxSchema
function M.matching(pattern, problem)
  return { type = "string", pattern = not pattern:find "%%" and pattern or nil,
    check = function(value) return not value:find(pattern) and problem or nil end }
end

local MAX_NAME_SHOWN = 60

local function shown(name)
  return (name:sub(1, MAX_NAME_SHOWN):gsub("[%c\127-\255]", "?"))
end

local function is_a(value, kind, wanted)
  if wanted == "integer" then
    return kind == "number" and value % 1 == 0 and math.abs(value) < core.MAX_INTEGER
  end
  return wanted == kind or wanted == "any"
end

local function is_one_of(value, kind, wanted)
  if type(wanted) == "string" then return is_a(value, kind, wanted) end
  for _, one in ipairs(wanted) do
    if is_a(value, kind, one) then return true end
  end
  return false
end

local function names_of(wanted)
  return type(wanted) == "string" and wanted or table.concat(wanted, " or ")
end

--- The path of `where` inside the member or element `name`.
local function path_to(name, where)
  if not where then return name end
  return name .. (where:find "^%[" and "" or ".") .. where
end

local read_value

local function read_array(schema, list)
  if not schema.items then return list end
  local copy = json.array({})
  for index = 1, #list do
    local value, problem, where = read_value(schema.items, list[index])
    if not problem then
      copy[#copy + 1] = value
    elseif not schema.items.lenient then
      return nil, problem, path_to(("[%d]"):format(index), where)
    end
  end
  return copy
end

local function read_members(owner, object, copy)
  for name, schema in pairs(owner.members or {}) do
    local given = object[name]
    local value, problem, where
    if given ~= nil and (given ~= json.null or owner.nulls == "refused") then
      value, problem, where = read_value(schema, given)
    elseif schema.required then
      problem = "is missing"
    end
    if problem and not schema.lenient then
      return problem, path_to(name, where)
    end
    copy[name] = value
  end
end

local function read_other_members(schema, object, copy)
  for name, given in pairs(object) do
    if not (schema.members and schema.members[name]) then
      local value, problem, where = read_value(schema.values, given)
      if not problem then
        copy[name] = value
      elseif not schema.values.lenient then
        return problem, path_to(shown(name), where)
      end
    end
  end
end

local function refuse_other_members(schema, object)
  for _, name in ipairs(sorted_keys(object)) do
    if not schema.members[name] then
      local nearest = options.nearest(shown(name), schema.members)
      return "is unknown" .. (nearest and ("; did you mean '%s'?"):format(nearest) or ""), shown(name)
    end
  end
end

local function read_object(schema, object)
  if not schema.members and not schema.values then return object end
  local copy, problem, where = {}, nil, nil
  if schema.others == "refused" then
    problem, where = refuse_other_members(schema, object)
  end
  if not problem then
    problem, where = read_members(schema, object, copy)
  end
  if not problem and schema.values then
    problem, where = read_other_members(schema, object, copy)
  end
  if problem then return nil, problem, where end
  return copy
end

--- The schema's own limit, or the default. "any" has no default, since the whole text has a limit already.
local function max_of(schema, usual)
  if schema.max or schema.type == "any" then return schema.max end
  return usual
end

--- The violated limit, in words.
local function beyond_limits(schema, value, kind)
  local size, unit, max = value, "", schema.max
  if kind == "string" then
    size, unit, max = #value, " bytes long", max_of(schema, M.MAX_BYTES)
  elseif kind == "array" then
    size, unit, max = #value, " elements long", max_of(schema, M.MAX_ITEMS)
  elseif kind ~= "number" then
    return nil
  end
  if schema.min == 1 and size == 0 and unit ~= "" then
    return "must not be empty"
  end
  if schema.min and size < schema.min then
    return ("must be at least %d%s"):format(schema.min, unit)
  end
  if max and size > max then
    return ("must be at most %d%s"):format(max, unit)
  end
end

---@return any value
---@return string? problem
---@return string? where the path inside the value
function read_value(schema, value)
  local kind = json.kind(value)
  if not is_one_of(value, kind, schema.type) then
    return nil, ("must be %s, not %s"):format(names_of(schema.type), kind)
  end
  local problem = beyond_limits(schema, value, kind)
  if problem then return nil, problem end
  local where
  if kind == "array" then
    value, problem, where = read_array(schema, value)
  elseif kind == "object" then
    value, problem, where = read_object(schema, value)
  end
  if not problem and schema.check then
    problem = schema.check(value)
  end
  if problem then return nil, problem, where end
  return value
end

--- Reads a value that `json.decode` gave.
---@param schema credenco.SandboxSchema
---@param value any
---@param what string names the value in messages: "the offer"
---@return any? value a copy of what the schema declares; nil if the value does not fit
---@return string? err
---@return string? where the path inside the value of the part that does not fit: "grants.code", "items[2]"
function M.read(schema, value, what)
  if json.is_deeper(value, M.MAX_DEPTH) then
    return nil, ("%s is nested more than %d levels deep"):format(what, M.MAX_DEPTH)
  end
  local read, problem, where = read_value(schema, value)
  if not problem then return read end
  return nil, ("%s %s"):format(where and what .. ": " .. where or what, problem), where
end

--- Reads a JSON text.
---@param schema credenco.SandboxSchema
---@param text string
---@param what string names the value in messages: "the offer"
---@return any? value a copy of what the schema declares; nil if the value does not fit
---@return string? err
---@return string? where as for `read`
function M.decode(schema, text, what)
  local value, err = json.decode(text)
  if err then
    return nil, ("%s is %s"):format(what, err)
  end
  return M.read(schema, value, what)
end

return M
