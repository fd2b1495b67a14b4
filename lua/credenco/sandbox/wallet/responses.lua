--- The issuer's responses, read through their schemas.
local schema = require "credenco.sandbox.ground.schema"
local schemas = require "credenco.sandbox.wallet.issuer_schemas"

local M = {}

---@class credenco.SandboxDocument
---@field schema credenco.SandboxSchema
---@field name string for messages: "the offer"
---@field reason string of the failure if the issuer refuses
---@field invalid string? of the failure if the response does not fit its schema; default: `reason`

--- The error code of an OAuth-style response, if it looks like one.
---@param body string
---@return string?
function M.error_code(body)
  local content = schema.decode(schemas.ERROR, body, "the error")
  return content and content.error and content.error:match "^[%w_]+$"
end

--- Reads a successful response through its schema.
---@param response { status: integer, body: string }
---@param document credenco.SandboxDocument
---@return table? content
---@return { reason: string, detail: string }? failure
function M.read(response, document)
  if response.status < 200 or response.status > 299 then
    local code = M.error_code(response.body) or "no error code"
    local detail = ("%s responded with %d (%s)"):format(document.name, response.status, code)
    return nil, { reason = document.reason, detail = detail }
  end
  local content, err = schema.decode(document.schema, response.body, document.name)
  if not content then
    return nil, { reason = document.invalid or document.reason, detail = err }
  end
  return content
end

return M
