--- Answers to HTTP requests. Handlers return one of these; the router sends it.
local json = require "credenco.sandbox.app.json"

local M = {}

---@class credenco.SandboxReply
---@field status integer
---@field body string
---@field headers table<string, string>

---@return credenco.SandboxReply
function M.json(status, value)
  return {
    status = status,
    body = json.encode(value),
    headers = { ["Content-Type"] = "application/json", ["Cache-Control"] = "no-store" },
  }
end

---@return credenco.SandboxReply
function M.empty(status)
  return { status = status, body = "", headers = {} }
end

local TITLES = {
  [400] = "Bad Request", [401] = "Unauthorized", [403] = "Forbidden", [404] = "Not Found",
  [405] = "Method Not Allowed", [412] = "Precondition Failed", [413] = "Content Too Large",
  [422] = "Unprocessable Content", [500] = "Internal Server Error", [501] = "Not Implemented",
  [507] = "Insufficient Storage",
}

--- Problem details, RFC 9457.
---@param status integer
---@param detail string what is wrong with this very request
---@param members table? further members, such as the field at fault
---@return credenco.SandboxReply
function M.problem(status, detail, members)
  local problem = { type = "about:blank", status = status, title = TITLES[status] or "Error", detail = detail }
  for name, value in pairs(members or {}) do
    problem[name] = value
  end
  local reply = M.json(status, problem)
  reply.headers["Content-Type"] = "application/problem+json"
  return reply
end

return M
