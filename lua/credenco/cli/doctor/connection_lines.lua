--- The steps of a connection to one server, as lines: proxy, name, connection, TLS, certificate. libcurl makes it as
--- for every call (src/curl/look.h). Nothing is sent over it.
local curl = require "credenco.curl"
local described = require "credenco.base.settings"

local unpack = table.unpack or unpack -- luacheck: ignore

local M = {}

---@class credenco.doctor.Place
---@field id string prefix of the rows' names
---@field what string suffix of their titles
---@field origin string scheme, host and port
---@field parsed table from `core.parse_url`
---@field setting string the flag or variable with which the user named it
---@field look table? the result of the connection

---@param options credenco.Options
---@return integer
function M.timeout_ms(options)
  return math.min(options.timeout_ms or described.SPEC.timeout_ms.default, 10000)
end

local PROXY_VARIABLES = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" }

local function variable_of_proxy()
  for _, name in ipairs(PROXY_VARIABLES) do
    local value = os.getenv(name)
    if value and value ~= "" then return name end
  end
end

-- As libcurl reads the list: each name stands for itself and its subdomains.
local function is_excepted(host)
  local list = os.getenv "no_proxy" or os.getenv "NO_PROXY" or ""
  for name in list:lower():gmatch "[^,%s]+" do
    local bare = name:gsub("^%.", "")
    if name == "*" or host == bare or host:sub(-#bare - 1) == "." .. bare then return true end
  end
  return false
end

-- The variable that names the proxy for a server; nil without a proxy.
local function proxy_of(place)
  if place.parsed.loopback or is_excepted(place.parsed.host:lower()) then return nil end
  return variable_of_proxy()
end

local function look(context, place, verify)
  local options = context.options
  local seen, code = curl.look(place.origin, described.for_transport(options), verify, M.timeout_ms(options))
  return seen or { failed = "name", detail = code, certificates = {} }
end

local function seen_of(context, place)
  place.look = place.look or look(context, place, true)
  return place.look
end

-- With a proxy, a failure before TLS is the proxy's.
local function failed_step(context, place)
  local seen = seen_of(context, place)
  local is_proxys = seen.failed == "connection" or seen.failed == "tls" and not seen.tunnel_status
  return proxy_of(place) and is_proxys and "proxy" or seen.failed, seen
end

local function check_proxy(context, place)
  local variable = proxy_of(place)
  local failed, seen = failed_step(context, place)
  if failed ~= "proxy" then return "ok", "the one that " .. variable .. " names" end
  local status = seen.tunnel_status
  local words = status and ("it refuses the connection (HTTP %d)"):format(status) or seen.os_error or seen.detail
  local advice = status == 407 and ("put user and password into %s: http://USER:PASSWORD@HOST:PORT"):format(variable)
    or ("correct %s, or add %s to NO_PROXY where no proxy is needed"):format(variable, place.parsed.host)
  return "failure", ("the one that %s names: %s"):format(variable, words), advice
end

local function check_name(context, place)
  local failed, seen = failed_step(context, place)
  local host = place.parsed.host
  if failed == "name" then
    return "failure", seen.detail ~= "" and seen.detail or host .. " was not resolved in time",
      ("correct the host in %s, or this machine's name server (`getent hosts %s`)"):format(place.setting, host)
  end
  return "ok", seen.address and seen.address ~= host and ("%s is %s"):format(host, seen.address) or host
end

local function check_connection(context, place)
  local failed, seen = failed_step(context, place)
  local at = ("%s port %d"):format(place.parsed.host, place.parsed.port)
  if failed ~= "connection" then return "ok", "accepted by " .. at end
  return "failure", ("%s: %s"):format(at, seen.os_error or "no response in time"),
    ("correct the port in %s, start the server, or have the firewall let this machine through"):format(place.setting)
end

-- TLS -----------------------------------------------------------------------------

local function date_of(certificate, name)
  return certificate[name] and curl.date(certificate[name])
end

local function day(seconds)
  return os.date("!%Y-%m-%d", seconds)
end

local OPERATOR = "the server's operator has to renew it; if that date is not past, set this machine's clock (`date -u`)"

-- Why the server's certificate was refused, from a second connection that accepts any.
local function refusal_of(certificate, place, seen)
  local begins, expires = date_of(certificate, "Start date"), date_of(certificate, "Expire date")
  if expires and expires < os.time() then return "the certificate expired on " .. day(expires), OPERATOR end
  if begins and begins > os.time() then
    return "the certificate is not valid before " .. day(begins), "set this machine's clock (`date -u`)"
  end
  if seen.detail:find "subject name" then
    return ("the certificate is for another host than %s: %s"):format(place.parsed.host, certificate.Subject or "?"),
      ("name the certificate's host in %s"):format(place.setting)
  end
  return "no trusted CA has signed the certificate; it is signed by " .. (certificate.Issuer or "?"),
    "if you trust that CA, name a PEM file with its certificate, with --ca-file or CREDENCO_CA_FILE"
end

M.CLIENT_CERT = "name the client certificate for this service with --client-cert and --client-key"

local function check_tls(context, place)
  local failed, seen = failed_step(context, place)
  if failed ~= "tls" then return "ok", "the certificate is trusted" end
  local certificate = look(context, place, false).certificates[1]
  if certificate then
    local words, advice = refusal_of(certificate, place, seen)
    return "failure", words, advice
  end
  if seen.detail:find "certificate" then
    return "failure", "the server requires a client certificate, or refused it: " .. seen.detail, M.CLIENT_CERT
  end
  return "failure", "the server does not speak TLS" .. (seen.detail ~= "" and ": " .. seen.detail or ""),
    ("correct the port in %s; TLS 1.2 or 1.3 is needed"):format(place.setting)
end

local DAY_S = 86400
local SOON_DAYS = 14

-- The first certificate of the chain to expire; nil if libcurl does not say.
local function first_end(certificates)
  local first
  for _, certificate in ipairs(certificates) do
    local expires = date_of(certificate, "Expire date")
    if expires and (not first or expires < first) then first = expires end
  end
  return first
end

local function check_certificate(context, place)
  local expires = first_end(seen_of(context, place).certificates)
  if not expires then return nil end
  local days = math.floor((expires - os.time()) / DAY_S)
  local words = ("valid until %s, %d days"):format(day(expires), days)
  if days >= SOON_DAYS then return "ok", words end
  return "warning", words, "the server's operator has to renew it before that day"
end

local function is_direct(place) return not proxy_of(place) end
local function is_https(place) return place.parsed.scheme == "https" end

local STEPS = {
  { id = "proxy", title = "proxy", check = check_proxy, applies = proxy_of },
  { id = "name", title = "name", check = check_name, applies = is_direct },
  { id = "connection", title = "connection", check = check_connection, applies = is_direct },
  { id = "tls", title = "TLS", check = check_tls, applies = is_https },
  { id = "certificate", title = "certificate", check = check_certificate, applies = is_https },
}

--- Adds the lines of a server.
---@param rows credenco.doctor.Row[]
---@param place credenco.doctor.Place
function M.add_rows(rows, place)
  local needs = { "settings", "base_url", "ca_file" }
  for _, step in ipairs(STEPS) do
    local id = place.id .. step.id
    if step.applies(place) then
      rows[#rows + 1] = {
        id = id, title = step.title .. place.what, needs = { unpack(needs) },
        check = function(context) return step.check(context, place) end,
      }
    end
    needs[#needs + 1] = id
  end
end

return M
