--- The wallet's HTTP: this project's own transport on nginx's event loop, which never blocks the worker. A whole
--- exchange has one deadline, and every response a size limit.
local config = require "credenco.sandbox.ground.config"
local form = require "credenco.base.form"
local json = require "credenco.sandbox.ground.json"
local loop = require "credenco.loop"
local reach = require "credenco.sandbox.wallet.reach"
local transport = require "credenco.transport.curl"

local M = {}

local MAX_BODY_BYTES = 512 * 1024
local CONNECT_SHARE = 5 -- a connection may take this fraction of an exchange's time

local shared

--- One transport for each worker, made at its first use: libcurl's handles do not survive a fork.
local function the_transport()
  shared = shared or transport.new {
    ca_file = config.ca_file, user_agent = "credenco-sandbox", max_body_bytes = MAX_BODY_BYTES,
  }
  return shared
end

---@return number deadline_ms for an exchange that starts now
function M.deadline(timeout_ms)
  return loop.now_ms() + timeout_ms
end

local REASONS = {
  timeout = "issuer_timeout",
  too_large = "response_too_large",
}

local function explain(err, url)
  return {
    reason = REASONS[err.code] or "issuer_unreachable",
    detail = ("%s: %s"):format(url.authority, err.message),
  }
end

local function send(request)
  local url, refusal = reach.check(request.url)
  if not url then
    return nil, refusal
  end
  request.connect_timeout_ms = math.ceil(config.exchange_timeout_ms / CONNECT_SHARE)
  local response, err = the_transport():send(request)
  if not response then
    return nil, explain(err, url)
  end
  return response
end

local REDIRECTS = { [301] = true, [302] = true, [303] = true, [307] = true, [308] = true }

--- The target of a redirect: an absolute URL, or one relative to `url` (RFC 9110, 10.2.2).
local function location_of(response, url)
  local location = REDIRECTS[response.status] and response.headers.location
  if type(location) ~= "string" or location:find "^%a[%w+.-]*:" then
    return location or nil
  end
  local from = reach.parse(url)
  if location:find "^//" then
    return from.scheme .. ":" .. location
  end
  local directory = location:find "^/" and "" or from.path:match "^([^?]*/)[^?]*" or "/"
  return ("%s://%s%s%s"):format(from.scheme, from.authority, directory, location)
end

--- Follows redirects only up to `options.max_redirects`, and only to URLs that the wallet may call.
---@param url any
---@param deadline_ms number
---@param options { accept: string?, max_redirects: integer? }?
---@return { status: integer, headers: table, body: string }?
---@return { reason: string, detail: string }? failure
function M.get(url, deadline_ms, options)
  local accept = options and options.accept or "application/json"
  local response, failure
  for _ = 0, options and options.max_redirects or 0 do
    response, failure = send { method = "GET", url = url, deadline_ms = deadline_ms, headers = { accept = accept } }
    local location = response and location_of(response, url)
    if not location then
      return response, failure
    end
    url = location
  end
  return response
end

function M.post_form(url, fields, deadline_ms)
  return send {
    method = "POST", url = url, deadline_ms = deadline_ms, body = form(fields),
    headers = { ["content-type"] = "application/x-www-form-urlencoded", accept = "application/json" },
  }
end

---@param url string
---@param value any is sent as JSON
---@param deadline_ms number
---@param token string? access token
function M.post_json(url, value, deadline_ms, token)
  local headers = { ["content-type"] = "application/json", accept = "application/json" }
  headers.authorization = token and "Bearer " .. token
  return send {
    method = "POST", url = url, deadline_ms = deadline_ms, body = value and json.encode(value) or "",
    headers = headers,
  }
end

return M
