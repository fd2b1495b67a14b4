--- HTTP responses. A handler returns one, and the router sends it.
local json = require "credenco.sandbox.ground.json"

local M = {}

---@class credenco.SandboxResponse
---@field status integer
---@field body string?
---@field headers table<string, string>
---@field stream fun()? writes the body itself, in place of `body`
---@field cut boolean? a fault: half of the body, then the connection closes
---@field close boolean? a fault: no response at all

---@return credenco.SandboxResponse
function M.json(status, value)
  return {
    status = status,
    body = json.encode(value),
    headers = { ["Content-Type"] = "application/json", ["Cache-Control"] = "no-store" },
  }
end

---@return credenco.SandboxResponse
function M.empty(status)
  return { status = status, body = "", headers = {} }
end

local TITLES = {
  [400] = "Bad Request", [401] = "Unauthorized", [403] = "Forbidden", [404] = "Not Found",
  [405] = "Method Not Allowed", [409] = "Conflict", [412] = "Precondition Failed", [413] = "Content Too Large",
  [422] = "Unprocessable Content", [500] = "Internal Server Error", [501] = "Not Implemented",
  [507] = "Insufficient Storage",
}

local NOT_ALLOWED = "[^ !#-Z%[%]^-~]" -- in a description: RFC 6749, 5.2, and OpenID4VCI 1.0, 8.3.1.2

--- An error of OAuth 2.0 and OpenID4VCI.
---@param status integer of HTTP
---@param code string from the specification's list
---@param description string for the developer; characters that the specifications do not allow in it become "?"
---@return credenco.SandboxResponse
function M.oauth(status, code, description)
  return M.json(status, { error = code, error_description = (description:gsub(NOT_ALLOWED, "?")) })
end

---@return credenco.SandboxResponse
function M.text(status, content_type, body)
  return { status = status, body = body, headers = { ["Content-Type"] = content_type } }
end

--- Problem details, RFC 9457.
---@param status integer
---@param detail string the problem of this request
---@param members table? further members, such as the field at fault
---@return credenco.SandboxResponse
function M.problem(status, detail, members)
  local problem = { type = "about:blank", status = status, title = TITLES[status] or "Error", detail = detail }
  for name, value in pairs(members or {}) do
    problem[name] = value
  end
  local response = M.json(status, problem)
  response.headers["Content-Type"] = "application/problem+json"
  return response
end

return M
