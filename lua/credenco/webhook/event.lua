--- A wallet event: reads it from an HTTP request, and converts it to and from the text in the queue.
---
--- CloudEvents HTTP binding 1.0.2, binary and structured mode, and JSON event format 1.0.2. Nothing that a sender
--- writes makes these functions throw.

local attribute = require "credenco.webhook.attribute"
local base64 = require "credenco.base.base64"
local core = require "credenco.core"
local header_value = require "credenco.webhook.header_value"
local json = require "credenco.base.json"
local json_reader = require "credenco.base.json_reader"
local media_type = require "credenco.webhook.media_type"

local M = {}

local BAD_REQUEST, UNSUPPORTED_MEDIA_TYPE = 400, 415

--- The media type of structured mode in JSON, the format that every receiver must read.
M.STRUCTURED = "application/cloudevents+json"

---@class credenco.WalletEvent  CloudEvents 1.0, its attributes without their prefix
---@field specversion string
---@field id string
---@field type string   com.credenco.businesswallet.wallet.created.v1 and others
---@field source string
---@field time string?
---@field datacontenttype string?
---@field data any      a value if the content is JSON, else its bytes; nil if there is none

-- Data ---------------------------------------------------------------------------

local function read_json(what, text)
  if not core.utf8_valid(text) then return nil, what .. " is not valid UTF-8" end
  local value, problem, at = json_reader.value(text)
  return value, problem and ("%s is not usable JSON: byte %d: %s"):format(what, at, problem)
end

-- A missing Content-Type means JSON.
local function content_of(event)
  local text = event.datacontenttype
  if text == nil then return { name = "application/json" } end
  return type(text) == "string" and media_type.read(text) or nil
end

-- The value of the data's bytes.
local function with_bytes(event, bytes)
  local content = content_of(event)
  if not content then return nil, UNSUPPORTED_MEDIA_TYPE, "the type of the data cannot be read" end
  if not media_type.is_json(content) then
    event.data = bytes
    return event
  end
  if not media_type.is_utf8(content) then return nil, UNSUPPORTED_MEDIA_TYPE, "JSON must be in UTF-8" end
  local value, problem = read_json("the data", bytes)
  if problem then return nil, BAD_REQUEST, problem end
  event.data = value
  return event
end

-- Structured mode ----------------------------------------------------------------

local ATTRIBUTE_KINDS = { string = true, number = true, boolean = true }

local function attributes_of(envelope)
  local event = {}
  for name, value in pairs(envelope) do
    if attribute.is_name(name) and value ~= json.null then
      if not ATTRIBUTE_KINDS[type(value)] then return nil, name .. " must be text, a number or true or false" end
      event[name] = value
    end
  end
  return event, attribute.problem_of(event)
end

local function with_value(event, value)
  local content = content_of(event)
  if not content then return nil, UNSUPPORTED_MEDIA_TYPE, "the type of the data cannot be read" end
  if type(value) ~= "string" and not media_type.is_json(content) then
    return nil, BAD_REQUEST, "data that is not JSON must be text"
  end
  event.data = value
  return event
end

local function with_base64(event, text)
  local bytes = text == "" and "" or type(text) == "string" and base64.decode(text)
  if not bytes then return nil, BAD_REQUEST, "data_base64 is not base64" end
  return with_bytes(event, bytes)
end

local function from_envelope(body)
  local envelope, problem = read_json("the event", body)
  if problem then return nil, BAD_REQUEST, problem end
  if type(envelope) ~= "table" or json.is_array(envelope) then
    return nil, BAD_REQUEST, "the event must be a JSON object"
  end
  local event
  event, problem = attributes_of(envelope)
  if problem then return nil, BAD_REQUEST, problem end
  local data, encoded = envelope.data, envelope.data_base64
  if data ~= nil and encoded ~= nil then return nil, BAD_REQUEST, "data and data_base64 exclude each other" end
  if encoded ~= nil then return with_base64(event, encoded) end
  if data ~= nil then return with_value(event, data) end
  return event
end

-- Binary mode --------------------------------------------------------------------

-- A repeated header field can be read in two ways.
local function attributes_in(headers)
  local event = {}
  for header, value in pairs(headers) do
    local name = header:match "^ce%-(.*)$"
    if name and attribute.is_name(name) then
      if name == "datacontenttype" then return nil, "ce-datacontenttype: use Content-Type instead in binary mode" end
      if type(value) == "table" then return nil, header .. " is given twice" end
      event[name] = header_value.decode(value == true and "" or value)
      if not event[name] then return nil, header .. " has quotes or percent escapes that are not whole" end
    end
  end
  -- The service's documentation names only id, type and source, and says that it sends CloudEvents 1.0.
  event.specversion = event.specversion or attribute.SPECVERSION
  local problem = attribute.problem_of(event)
  return event, problem and "ce-" .. problem
end

local function from_headers(headers, body)
  local event, problem = attributes_in(headers)
  if problem then return nil, BAD_REQUEST, problem end
  event.datacontenttype = headers["content-type"]
  if body == "" then return event end
  return with_bytes(event, body)
end

-- Modes --------------------------------------------------------------------------

-- The mode of a request, from its Content-Type (3.).
local function mode_of(content_type)
  if content_type == nil then return "binary" end
  if type(content_type) == "table" then return nil, BAD_REQUEST, "Content-Type is given twice" end
  local content = media_type.read(content_type)
  if not content then return nil, UNSUPPORTED_MEDIA_TYPE, "Content-Type cannot be read" end
  local format = content.name:match "^application/cloudevents(.*)$"
  if not format then return "binary" end
  if format:find "^%-batch" then
    return nil, UNSUPPORTED_MEDIA_TYPE, "batched mode is not supported: send one event in a request"
  end
  if content.name ~= M.STRUCTURED or not media_type.is_utf8(content) then
    return nil, UNSUPPORTED_MEDIA_TYPE, "structured mode must be " .. M.STRUCTURED .. " in UTF-8"
  end
  return "structured"
end

--- Reads an event.
---@param headers table  names in lower case; a table of values for a repeated field
---@param body string
---@return credenco.WalletEvent? event  nil if the request is not a valid event
---@return integer? status  of the response in that case
---@return string? problem  repeats nothing of the event except names of attributes
function M.from_request(headers, body)
  local mode, status, problem = mode_of(headers["content-type"])
  if not mode then return nil, status, problem end
  if mode == "structured" then return from_envelope(body) end
  return from_headers(headers, body)
end

--- The queue's text of an event: the attributes, unless they are in the body, and the body unchanged, so that only
--- reading it can change it.
---@param event credenco.WalletEvent
---@param headers table
---@param body string
---@return string
function M.to_text(event, headers, body)
  if mode_of(headers["content-type"]) == "structured" then return "\n" .. body end
  local attributes = {}
  for name, value in pairs(event) do
    if name ~= "data" then attributes[name] = value end
  end
  return assert(json.encode(attributes)) .. "\n" .. body
end

---@param text string  from `to_text`
---@return credenco.WalletEvent
function M.from_text(text)
  local attributes, body = text:match "^([^\n]*)\n(.*)$"
  if attributes == "" then return (from_envelope(body)) end
  local event = json.decode(attributes)
  if body == "" then return event end
  return (with_bytes(event, body))
end

return M
