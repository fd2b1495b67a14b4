--- Whether a delivery has a recent signature with one of our secrets.
---
--- The header field is `t=<Unix time>,v1=<HMAC-SHA256 in hex>[,v1=...]`. The signed text is the time, a dot, and the
--- body. A sender may sign twice during a rotation.

local digest = require "openssl.digest"
local hex = require "credenco.base.hex"
local hmac = require "openssl.hmac"

local M = {}

local SIGNATURES_MAX = 8

--- The header field with the signature, and the signature's name in it. The service's documentation does not name the
--- field.
M.HEADER, M.NAME = "x-credenco-signature", "v1"

--- The signed text.
---@param timestamp string
---@param body string
---@return string
function M.signed_text(timestamp, body)
  return timestamp .. "." .. body
end

--- The problem of the name of a header field, or nil.
---@param name string
---@return string?
function M.header_problem(name)
  if name == "" or name:find "[^%w-]" then return "must be the name of an HTTP header" end
end

---@class credenco.Signing
---@field secrets { text: string, until_s: number? }[]  each with the end of its validity
---@field signature_name string
---@field tolerance_s integer
---@field signed_text fun(timestamp: string, body: string): string

--- Takes the same time for all texts of one length.
local function same(a, b)
  if #a ~= #b then return false end
  local difference = 0
  for i = 1, #a do
    local d = a:byte(i) - b:byte(i)
    difference = difference + d * d
  end
  return difference == 0
end

-- A header field with two times was put together from two deliveries.
local function parse(header, signature_name)
  local timestamp, signatures = nil, {}
  for name, value in header:gmatch "([^,=%s]+)=([^,%s]*)" do
    if name == "t" then
      if timestamp and timestamp ~= value then return nil end
      timestamp = value
    elseif name == signature_name then
      signatures[#signatures + 1] = hex.decode(value)
    end
  end
  if not timestamp or not timestamp:find "^%d+$" then return nil end
  if #signatures == 0 or #signatures > SIGNATURES_MAX then return nil end
  return timestamp, signatures
end

local function signed_by_any(signing, text, signatures, now_s)
  local found = false
  for _, secret in ipairs(signing.secrets) do
    if not secret.until_s or now_s <= secret.until_s then
      local wanted = hmac.new(secret.text, "sha256"):final(text)
      for _, signature in ipairs(signatures) do
        if same(wanted, signature) then found = true end
      end
    end
  end
  return found
end

--- Checks one delivery.
---@param signing credenco.Signing
---@param header string?   all signature headers of the delivery, joined with commas
---@param body string
---@param now_s number
---@return string? digest  of the signed text: the same for each secret
---@return string? problem
function M.check(signing, header, body, now_s)
  if not header then return nil, "the delivery is not signed" end
  local timestamp, signatures = parse(header, signing.signature_name)
  if not timestamp then return nil, "the signature cannot be read" end
  if math.abs(now_s - tonumber(timestamp)) > signing.tolerance_s then
    return nil, "the timestamp is too far from now"
  end
  local text = signing.signed_text(timestamp, body)
  if not signed_by_any(signing, text, signatures, now_s) then return nil, "the signature does not match" end
  return digest.new("sha256"):final(text)
end

--- Signs a delivery.
---@param secret string
---@param now_s integer
---@param body string
---@param name string?  of the signature, default `M.NAME`
---@return string header  the value of the header field
function M.sign(secret, now_s, body, name)
  local timestamp = ("%d"):format(now_s)
  local signed = hmac.new(secret, "sha256"):final(M.signed_text(timestamp, body))
  return ("t=%s,%s=%s"):format(timestamp, name or M.NAME, hex.encode(signed))
end

return M
