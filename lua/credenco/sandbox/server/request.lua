--- The parts of a request that a handler may use.
local json = require "credenco.sandbox.ground.json"
local respond = require "credenco.sandbox.ground.respond"
local schema = require "credenco.sandbox.ground.schema"
local uri = require "credenco.sandbox.ground.uri"

local M = {}

---@class credenco.SandboxRequest
---@field method string
---@field path string raw, without the query
---@field segments string[] the decoded parts of the path
---@field query table<string, string>
---@field headers table<string, string|string[]> names in lower case; a list for repeated fields
---@field params table<string, string> the values of the route's pattern
---@field change string? a fault: the mistake that the credential gets
local Request = {}
Request.__index = Request

--- The body, which nginx holds in memory up to its own limit.
---@return string
function Request.body()
  ngx.req.read_body()
  return ngx.req.get_body_data() or ""
end

--- Reads the body, which is JSON, through a schema.
---@param wanted credenco.SandboxSchema
---@param of_nothing string? the JSON that an empty body stands for
---@return any? value
---@return credenco.SandboxResponse? refusal
function Request:read(wanted, of_nothing)
  local text = self:body()
  local value, err, where = schema.decode(wanted, text == "" and of_nothing or text, "the request body")
  if err then
    return nil, respond.problem(400, err, { field = where })
  end
  return value
end

--- The JSON object in the body, read without loss (`json.decode_exactly`).
---@return table? object
---@return string? err
function Request:exact_json()
  local value, err = json.decode_exactly(self:body())
  if not json.is_object(value) then
    return nil, err or "not a JSON object"
  end
  return value
end

--- The value of a header field; nil if it is absent or repeated.
---@param name string in lower case
---@return string?
function Request:header(name)
  local value = self.headers[name]
  return type(value) == "string" and value or nil
end

--- Whether the body may be of this media type: its Content-Type says so, or is missing.
---@param media_type string in lower case
---@return boolean
function Request:can_be(media_type)
  local value = self.headers["content-type"]
  return value == nil or (self:header "content-type" or ""):lower():match "^%s*([^;%s]*)" == media_type
end

--- The form of a request to an OAuth endpoint.
---@return table<string, string>? parameters
---@return string? err
function Request:form()
  if not self:can_be "application/x-www-form-urlencoded" then
    return nil, "the request body must be application/x-www-form-urlencoded"
  end
  return uri.form(self:body())
end

--- The credentials in `Authorization`. The case of the scheme does not matter (RFC 9110, 11.1).
---@param scheme string in lower case
---@return string? credentials
function Request:credentials(scheme)
  local given, credentials = (self:header "authorization" or ""):match "^(%a+) +(%S+)$"
  return given and given:lower() == scheme and credentials or nil
end

---@return credenco.SandboxRequest
function M.current()
  local path, query = ngx.var.request_uri:match "^([^?]*)%??(.*)$"
  return setmetatable({
    method = ngx.req.get_method(),
    path = path,
    segments = uri.segments(path),
    query = uri.query(query),
    headers = ngx.req.get_headers(),
    params = {},
  }, Request)
end

return M
