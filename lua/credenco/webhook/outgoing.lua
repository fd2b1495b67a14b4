--- Writes a CloudEvent as an HTTP request, for `event.lua` to read.

local events = require "credenco.webhook.event"
local header_value = require "credenco.webhook.header_value"
local json = require "credenco.base.json"

local M = {}

local ATTRIBUTES = { "specversion", "id", "type", "source", "time" }

--- Binary mode: attributes in header fields, the data unchanged.
---@param event credenco.WalletEvent  without `data`
---@param data string  JSON
---@return table headers
---@return string body
function M.binary(event, data)
  local headers = { ["content-type"] = "application/json" }
  for _, name in ipairs(ATTRIBUTES) do
    if event[name] then headers["ce-" .. name] = header_value.encode(event[name]) end
  end
  return headers, data
end

--- Structured mode: everything in the body, the data unchanged.
---@param event credenco.WalletEvent  without `data`
---@param data string  JSON
---@return table headers
---@return string body
function M.structured(event, data)
  local members = {}
  for _, name in ipairs(ATTRIBUTES) do
    if event[name] then members[#members + 1] = ('"%s":%s'):format(name, assert(json.encode(event[name]))) end
  end
  members[#members + 1] = '"data":' .. data
  return { ["content-type"] = events.STRUCTURED .. "; charset=utf-8" }, "{" .. table.concat(members, ",") .. "}"
end

return M
