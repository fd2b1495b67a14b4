--- A wallet event: from an HTTP request, and to and from the text it is queued as.

local json = require "credenco.base.json"
local options = require "credenco.base.options"

local M = {}

---@class credenco.WalletEvent  CloudEvents 1.0, its attributes without their prefix
---@field id string
---@field type string   com.credenco.businesswallet.wallet.created.v1 and others
---@field source string
---@field time string?
---@field data any      the body, from JSON

local REQUIRED = { "id", "type", "source" }

--- Reads HTTP's binary mode (CloudEvents HTTP binding 1.0, 3.1).
---@param headers table  names in lower case
---@param body string
---@return credenco.WalletEvent? event  nil when it is none
function M.from_request(headers, body)
  local event = { time = type(headers["ce-time"]) == "string" and headers["ce-time"] or nil }
  for _, name in ipairs(REQUIRED) do
    local value = headers["ce-" .. name]
    if type(value) ~= "string" or options.identifier(value) then return nil end
    event[name] = value
  end
  event.data = json.decode(body)
  return event.data ~= nil and event or nil
end

--- The body goes into the queue as it came, so that reading it is all that can change it.
---@param event credenco.WalletEvent
---@param body string
---@return string? text  nil when the attributes are no text that JSON can hold
function M.to_text(event, body)
  local attributes = json.encode { id = event.id, type = event.type, source = event.source, time = event.time }
  return attributes and attributes .. "\n" .. body
end

---@param text string
---@return credenco.WalletEvent
function M.from_text(text)
  local attributes, body = text:match "^([^\n]*)\n(.*)$"
  local event = json.decode(attributes)
  event.data = json.decode(body)
  return event
end

return M
