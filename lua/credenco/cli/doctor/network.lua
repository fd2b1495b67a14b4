--- The way to the servers: proxy, name, connection, TLS, certificate; and whether the server has the Credenco API.
local api = require "credenco.client.api"
local connection = require "credenco.cli.doctor.connection_lines"
local core = require "credenco.core"
local curl = require "credenco.curl"
local exit_code = require "credenco.cli.exit_code"

local M = { name = "network", title = "Network", code = exit_code.network }

-- An issue that cannot exist: the request changes nothing, and each documented status tells something.
local function impossible_id()
  return "credenco-doctor-" .. core.uuid()
end

local ADDRESS = "check the address in --base-url or CREDENCO_BASE_URL: its host, and the path before /api"

local TIMED_OUT = "ask the server's operator whether the server works, or look for a firewall that drops its responses"

local REDIRECTS = { [301] = true, [302] = true, [303] = true, [307] = true, [308] = true }

-- Only the origin, without the path.
local function where(response)
  local parsed = core.parse_url(response.headers.location or "")
  return parsed and ("%s://%s:%d"):format(parsed.scheme, parsed.host, parsed.port) or "another path"
end

-- Without credentials the API refuses the call. Another server returns a page, or does not know the path.
local function judged(response)
  local status = response.status
  if status == 400 and response.body:find "[Cc]ertificate" then
    return "failure", "the server requires a client certificate (HTTP 400)", connection.CLIENT_CERT,
      exit_code.unauthorized
  elseif REDIRECTS[status] then
    return "failure", ("it redirects to %s (HTTP %d)"):format(where(response), status),
      "name that address, if it is the service's; calls follow no redirect: " .. ADDRESS, exit_code.rejected
  elseif response.is_html then
    return "failure", ("the response is a web page (HTTP %d), not the API's"):format(status),
      "if this network asks for a login first, log in; else " .. ADDRESS, exit_code.rejected
  end
  if status == 401 or status == 403 then
    return "ok", ("the API responds, and asks for credentials (HTTP %d)"):format(status)
  end
  if status >= 500 or status == 429 then
    return "failure", ("the server fails or is too busy (HTTP %d)"):format(status),
      "try again later, or ask the server's operator", exit_code.rejected
  end
  return "failure", ("the response is not the API's: HTTP %d instead of a request for credentials"):format(status),
    ADDRESS, exit_code.rejected
end

local function check_api(context)
  local options = context.options
  local starts = api.starts { base_url = options.base_url:gsub("/+$", ""), wallet_base_url = "" }
  local transport = require("credenco.transport.curl").new(options)
  local response, err = transport:send {
    method = "GET", url = api.url(starts, api.issue_status, impossible_id()), headers = { accept = "application/json" },
    deadline_ms = core.now_ms() + connection.timeout_ms(options),
  }
  transport:close()
  context.response, context.response_at = response, os.time()
  if response then return judged(response) end
  local advice = err.code == "timeout" and TIMED_OUT or ADDRESS
  return "failure", ("no response: %s"):format(err.message), advice
end

local FEW_S, MANY_S = 30, 300 -- the latter is the tolerance of webhook signatures

-- A failed response has a time, too.
local function check_clock(context)
  local date = context.response and context.response.headers.date
  local there = date and curl.date(date)
  if not there then return nil end
  local ahead_s = context.response_at - there
  local size_s = math.abs(ahead_s)
  if size_s <= FEW_S then return "ok", "as the server's" end
  return size_s >= MANY_S and "failure" or "warning",
    ("this machine's clock is %d s %s the server's"):format(size_s, ahead_s > 0 and "ahead of" or "behind"),
    "set it: `timedatectl set-ntp true`; if `date -u` is right, tell the server's operator", exit_code.rejected
end

-- The service, and the other servers that the client calls.
local function places_of(options)
  local places, seen = {}, {}
  for _, place in ipairs {
    { id = "", what = "", url = options.base_url, setting = "--base-url or CREDENCO_BASE_URL" },
    { id = "wallets_", what = " of the wallets", url = options.wallet_base_url, setting = "--wallet-base-url" },
    { id = "tokens_", what = " of the tokens", url = options.oauth2 and options.oauth2.token_url,
      setting = "--token-url or CREDENCO_TOKEN_URL" },
  } do
    local parsed = place.url and core.parse_url(place.url)
    local origin = parsed and ("%s://%s:%d"):format(parsed.scheme, parsed.host, parsed.port)
    if origin and not seen[origin] then
      seen[origin], place.origin, place.parsed = true, origin, parsed
      places[#places + 1] = place
    end
  end
  return places
end

local GROUND = { "settings", "base_url", "ca_file", "proxy", "name", "connection", "tls" }

---@param context credenco.doctor.Context
---@return credenco.doctor.Row[]
function M.rows(context)
  local rows = {}
  for _, place in ipairs(places_of(context.options)) do connection.add_rows(rows, place) end
  rows[#rows + 1] = { id = "api", title = "API", needs = GROUND, check = check_api }
  rows[#rows + 1] = { id = "clock", title = "clock", needs = GROUND, check = check_clock }
  return rows
end

M.impossible_id = impossible_id

return M
