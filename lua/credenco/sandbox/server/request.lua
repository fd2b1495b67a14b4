--- What a handler may know of the request it answers.
local json = require "credenco.sandbox.ground.json"
local reply = require "credenco.sandbox.ground.reply"
local schema = require "credenco.sandbox.ground.schema"
local uri = require "credenco.sandbox.ground.uri"

local M = {}

---@class credenco.SandboxRequest
---@field method string
---@field path string raw, without the query
---@field segments string[] the decoded parts of the path
---@field query table<string, string>
---@field headers table<string, string|string[]> names in lower case; a list of values where one is repeated
---@field params table<string, string> what the route's pattern matched
---@field change string? a fault: how the credential is to be wrong
local Request = {}
Request.__index = Request

--- The body; nginx holds it in memory up to its own limit.
---@return string
function Request.body()
  ngx.req.read_body()
  return ngx.req.get_body_data() or ""
end

--- Reads the body, which is JSON, through a schema.
---@param wanted credenco.SandboxSchema
---@param of_nothing string? the JSON that an empty body stands for
---@return any? value
---@return credenco.SandboxReply? refusal
function Request:read(wanted, of_nothing)
  local text = self:body()
  local value, err, where = schema.decode(wanted, text == "" and of_nothing or text, "the request body")
  if err then
    return nil, reply.problem(400, err, { field = where })
  end
  return value
end

--- The JSON object in the body, where nothing may get lost (`json.decode_exactly`).
---@return table? object
---@return string? err
function Request:exact_json()
  local value, err = json.decode_exactly(self:body())
  if not json.is_object(value) then
    return nil, err or "not a JSON object"
  end
  return value
end

--- A header's value; nil when it is absent or given more than once.
---@param name string in lower case
---@return string?
function Request:header(name)
  local value = self.headers[name]
  return type(value) == "string" and value or nil
end

--- Whether the body can be of this media type: it says so, or says nothing.
---@param media_type string in lower case
---@return boolean
function Request:can_be(media_type)
  local value = self.headers["content-type"]
  return value == nil or (self:header "content-type" or ""):lower():match "^%s*([^;%s]*)" == media_type
end

--- What an OAuth endpoint is sent.
---@return table<string, string>? parameters
---@return string? err
function Request:form()
  if not self:can_be "application/x-www-form-urlencoded" then
    return nil, "the request body must be application/x-www-form-urlencoded"
  end
  return uri.form(self:body())
end

--- The credentials in `Authorization`. Schemes are compared without case (RFC 9110, 11.1).
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
