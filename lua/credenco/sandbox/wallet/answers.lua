--- The issuer's responses, read through their schemas.
local schema = require "credenco.sandbox.ground.schema"
local schemas = require "credenco.sandbox.wallet.issuer_schemas"

local M = {}

---@class credenco.SandboxDocument
---@field schema credenco.SandboxSchema
---@field name string in messages: "the offer"
---@field reason string of the failure when the issuer refuses it
---@field invalid string? of the failure when it does not fit its schema; `reason` unless it says otherwise

--- The error code of an OAuth-style response, if it looks like one.
---@param body string
---@return string?
function M.error_code(body)
  local answer = schema.decode(schemas.ERROR, body, "the error")
  return answer and answer.error and answer.error:match "^[%w_]+$"
end

--- Reads a successful response through its schema.
---@param response { status: integer, body: string }
---@param document credenco.SandboxDocument
---@return table? answer
---@return { reason: string, detail: string }? failure
function M.read(response, document)
  if response.status < 200 or response.status > 299 then
    local code = M.error_code(response.body) or "no error code"
    local detail = ("%s responded with %d (%s)"):format(document.name, response.status, code)
    return nil, { reason = document.reason, detail = detail }
  end
  local answer, err = schema.decode(document.schema, response.body, document.name)
  if not answer then
    return nil, { reason = document.invalid or document.reason, detail = err }
  end
  return answer
end

return M
