--- The target of a connection, and the name of its pool, which has all that distinguishes it from others.

local base64 = require "credenco.base.base64"
local core = require "credenco.core"
local identity = require "credenco.transport.cosocket.client_certificate"
local percent = require "credenco.base.percent"

local M = {}

local DEFAULT_PORT = { http = 80, https = 443 }

-- nginx looks up names only with its resolver. These need none (RFC 6761, 6.3).
local LOCALHOST = { localhost = "127.0.0.1" }

---@class credenco.Place
---@field host string         to connect to: a name, or an address in nginx's form
---@field port integer
---@field authority string    host, and a port other than the scheme's own
---@field target string       host and port, for CONNECT
---@field tls { name: string, verify: boolean, identity: credenco.Identity? }?  nil: plain http
---@field proxy credenco.Proxy?
---@field pool string

--- Whether no name has to be looked up.
---@param host string  of a place
---@return boolean
function M.is_address(host)
  return host:find "^%[" ~= nil or host:find "^[%d.]+$" ~= nil
end

local function tls_of(url, options)
  if url.scheme ~= "https" then return nil end
  local verify = not (options.insecure_loopback and url.loopback)
  return {
    name = not M.is_address(url.host) and url.host:lower() or nil,
    verify = verify, identity = identity.of(url, options),
  }
end

local function pool_of(place, url, options)
  local proxy = place.proxy
  return table.concat({
    "credenco", url.scheme, place.target,
    place.tls and (place.tls.verify and "verified" or "unverified") or "plain",
    place.tls and place.tls.identity and place.tls.identity.name or "anonymous",
    proxy and proxy.identity or "direct",
    tostring(options.connection_cache),
  }, " ")
end

--- The place for a URL's origin.
---@param url table  from core.parse_url
---@param options table  of the transport
---@return credenco.Place
function M.new(url, options)
  local host = url.host:lower()
  local place = {
    host = LOCALHOST[host] or host,
    port = url.port,
    authority = url.port == DEFAULT_PORT[url.scheme] and url.host or url.host .. ":" .. url.port,
    target = host .. ":" .. url.port,
    tls = tls_of(url, options),
    proxy = not url.loopback and options.proxy or nil,
  }
  place.pool = pool_of(place, url, options)
  return place
end

-- Proxies -----------------------------------------------------------------------------

---@class credenco.Proxy
---@field host string
---@field port integer
---@field fields any        prepared request fields, with its credentials
---@field identity string   distinguishes proxies, and one proxy with different credentials

local PROXY_PORT = 1080 -- as in curl

local function fields_of(user_info)
  if not user_info then return nil end
  local user, password = user_info:match "^([^:]*):?(.*)$"
  local credentials = base64.encode(percent.decode(user) .. ":" .. percent.decode(password))
  return assert(core.fields { ["proxy-authorization"] = "Basic " .. credentials })
end

--- Reads the option `proxy`: [http://][user:password@]host[:port]. Throws for a proxy that cosockets cannot use.
---@param text string?
---@return credenco.Proxy?
function M.proxy(text)
  if not text or text == "" then return nil end
  local scheme, rest = text:match "^(%a[%w+.-]*)://(.*)$"
  if scheme and scheme:lower() ~= "http" then
    error(("transport 'cosocket' has no proxy over %s: it must be an http proxy"):format(scheme), 0)
  end
  local user_info, address = (rest or text):match "^(.*)@([^@]*)$"
  address = (address or rest or text):gsub("/$", "")
  local host, port = address:match "^(%[[%x:.]+%]):?(%d*)$"
  if not host then host, port = address:match "^([^:/%[%]%s]+):?(%d*)$" end
  if not host then error("transport 'cosocket': proxy must be a host and a port", 0) end
  return {
    host = LOCALHOST[host] or host, port = tonumber(port) or PROXY_PORT, fields = fields_of(user_info),
    identity = host .. ":" .. port .. " " .. ngx.md5(user_info or ""),
  }
end

return M
