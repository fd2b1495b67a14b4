--- GET /sandbox/openapi.json: the routes as an OpenAPI 3.1 document. Faults can cause any response, and are not in it.
local config = require "credenco.sandbox.ground.config"
local json = require "credenco.sandbox.ground.json"
local operations = require "credenco.sandbox.server.operations"
local respond = require "credenco.sandbox.ground.respond"
local schemas = require "credenco.sandbox.server.openapi_schemas"
local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

local SECURITY = {
  key = { type = "apiKey", ["in"] = "header", name = "x-api-key" },
  bearer = { type = "http", scheme = "bearer" },
}

local function content(name)
  local media_type = name == "Problem" and "application/problem+json" or "application/json"
  local schema = name == "Document" and { type = "object" } or { ["$ref"] = "#/components/schemas/" .. name }
  return { [media_type] = { schema = schema } }
end

local function response(name)
  return { description = name == true and "no body" or name, content = name ~= true and content(name) or nil }
end

local function responses_of(route, operation)
  local responses = {}
  for status, name in pairs(operation.responses) do
    responses[tostring(status)] = response(name)
  end
  if operation.text then
    responses["200"] = { description = "text", content = { [operation.text] = { schema = { type = "string" } } } }
  end
  if route.access then
    responses["403"] = response "Problem"
  end
  if route.access == "api" then
    responses["401"] = response "Problem"
  end
  if route.begins then
    responses["507"] = response "Problem"
  end
  return responses
end

local function parameters_of(path, query)
  local parameters = {}
  for name in path:gmatch ":([%w_]+)" do
    table.insert(parameters, { name = name, ["in"] = "path", required = true, schema = { type = "string" } })
  end
  for _, name in ipairs(sorted_keys(query or {})) do
    table.insert(parameters, { name = name, ["in"] = "query", required = query[name], schema = { type = "string" } })
  end
  return #parameters > 0 and parameters or nil
end

local function body_of(operation)
  if operation.form then
    return { content = { ["application/x-www-form-urlencoded"] = { schema = { type = "object" } } } }
  end
  return operation.body and { content = content(operation.body) } or nil
end

--- Throws for a route without a row in operations.lua.
local function describe(route)
  local method, path = route[1], route[2]
  local operation = assert(operations[method .. " " .. path], path)
  return {
    summary = operation[1],
    parameters = parameters_of(path, operation.query),
    requestBody = body_of(operation),
    responses = responses_of(route, operation),
    security = route.access == "api" and { { key = json.array({}) }, { bearer = json.array({}) } } or nil,
  }
end

local function paths_of(routes)
  local paths = {}
  for _, route in ipairs(routes) do
    local path = route[2]:gsub(":([%w_]+)", "{%1}")
    paths[path] = paths[path] or {}
    paths[path][route[1]:lower()] = describe(route)
  end
  return paths
end

--- Responds with the document.
function M.document()
  local routes = require "credenco.sandbox.server.routes" -- which has this function in it
  return respond.json(200, {
    openapi = "3.1.0",
    info = { title = "Credenco sandbox", version = "1" },
    servers = { { url = config.base_url } },
    paths = paths_of(routes),
    components = { schemas = schemas, securitySchemes = SECURITY },
  })
end

return M
