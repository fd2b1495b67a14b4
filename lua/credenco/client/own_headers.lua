--- Adds the user's own header fields to requests to the issuer's origin, and only to those.

local core = require "credenco.core"

---@class credenco.OwnHeaders
---@field headers table<string, string>
---@field origin string
---@field is_for table<string, boolean>   by the start of a URL
---@field merged table<table, table>      headers of ours -> the same with the user's
local OwnHeaders = {}
OwnHeaders.__index = OwnHeaders

local M = {}

local function origin_of(url)
  local parsed = core.parse_url(url)
  return parsed and ("%s://%s:%d"):format(parsed.scheme, parsed.host:lower(), parsed.port)
end

---@param headers table<string, string>  checked by credenco.base.header_fields
---@param base_url string
---@return credenco.OwnHeaders
function M.new(headers, base_url)
  local copy = {}
  for name, value in pairs(headers) do copy[name:lower()] = value end
  return setmetatable({
    headers = copy, origin = origin_of(base_url), is_for = {}, merged = setmetatable({}, { __mode = "k" }),
  }, OwnHeaders)
end

-- Many requests go to few origins.
local function goes_to(self, url)
  local beginning = url:match "^%a+://[^/?#]*"
  local is = self.is_for[beginning]
  if is == nil then
    is = origin_of(beginning) == self.origin
    self.is_for[beginning] = is
  end
  return is
end

--- The headers for a request to this URL. Returns the same table for the same headers, so that a transport writes them
--- once.
---@param ours table
---@param url string
---@return table
function OwnHeaders:with(ours, url)
  if not goes_to(self, url) then return ours end
  local merged = self.merged[ours]
  if not merged then
    merged = {}
    for name, value in pairs(self.headers) do merged[name] = value end
    for name, value in pairs(ours) do merged[name] = value end
    self.merged[ours] = merged
  end
  return merged
end

return M
