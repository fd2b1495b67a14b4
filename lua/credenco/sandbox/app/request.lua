--- What a handler may know of the request it answers.
local json = require "credenco.sandbox.app.json"
local uri = require "credenco.sandbox.app.uri"

local M = {}

---@class credenco.SandboxRequest
---@field method string
---@field path string raw, without the query
---@field segments string[] the decoded parts of the path
---@field query table<string, string>
---@field headers table<string, string> names in lower case
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

---@return table? object
---@return string? err
function Request:json()
  return json.decode_object(self:body())
end

---@return table<string, string>
function Request:form()
  return uri.form(self:body())
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
