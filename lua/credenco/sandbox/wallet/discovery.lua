--- Fetches an issuer's metadata, from its identifier.
local http = require "credenco.sandbox.wallet.http"
local lists = require "credenco.base.lists"
local reach = require "credenco.sandbox.wallet.reach"
local schema = require "credenco.sandbox.ground.schema"
local schemas = require "credenco.sandbox.wallet.issuer_schemas"
local settings = require "credenco.sandbox.ground.options"

local M = {}

--- Fetches a URL whose response must be a 200 with JSON.
---@param url string
---@param deadline_ms number
---@param document { schema: credenco.SandboxSchema, name: string }
---@return table? read the members that the schema declares
---@return { reason: string, detail: string }? failure
---@return integer? status
function M.fetch(url, deadline_ms, document)
  local response, failure = http.get(url, deadline_ms)
  if not response then
    return nil, failure
  end
  if response.status ~= 200 then
    local detail = ("%s responded with %d"):format(document.name, response.status)
    return nil, { reason = "metadata_unavailable", detail = detail }, response.status
  end
  local read, err = schema.decode(document.schema, response.body, document.name)
  if not read then
    return nil, { reason = "metadata_invalid", detail = err }
  end
  return read
end

--- The well-known URLs of an identifier: with the name between host and path, unchanged (OpenID4VCI 1.0, 12.2.2) and
--- without a slash at the end (RFC 8414, 3.1), and as a suffix (earlier drafts).
local function well_known(identifier, name)
  local url = reach.parse(identifier)
  if not url or url.path:find("?", 1, true) then
    return nil
  end
  local origin, path = url.scheme .. "://" .. url.authority, url.path:gsub("/$", "")
  local inserted = origin .. "/.well-known/" .. name
  local urls = { inserted .. url.path }
  if path ~= url.path then
    urls[#urls + 1] = inserted .. path
  end
  if path ~= "" then
    urls[#urls + 1] = origin .. path .. "/.well-known/" .. name
  end
  return urls
end

--- The first of several URLs with a usable response. Tries the next one only after a 4xx.
local function fetch_first(urls, deadline_ms, document)
  local read, failure, status
  for _, url in ipairs(urls) do
    read, failure, status = M.fetch(url, deadline_ms, document)
    if read or not status or status >= 500 then
      break
    end
  end
  return read, failure
end

local function invalid(detail)
  return nil, { reason = "metadata_invalid", detail = detail }
end

local ISSUER = { schema = schemas.ISSUER, name = "the issuer metadata" }
local SERVER = { schema = schemas.SERVER, name = "the authorization server metadata" }

--- Credential issuer metadata.
---@param identifier string the offer's credential_issuer
---@param deadline_ms number
function M.issuer(identifier, deadline_ms)
  local urls = well_known(identifier, "openid-credential-issuer")
  if not urls then
    return invalid "credential_issuer is not a URL"
  end
  local metadata, failure = fetch_first(urls, deadline_ms, ISSUER)
  if not metadata then
    return nil, failure
  end
  if metadata.credential_issuer ~= identifier then
    return invalid "the issuer metadata is that of another credential_issuer"
  end
  return metadata
end

local function fetch_server(identifier, deadline_ms)
  local urls = well_known(identifier, "oauth-authorization-server")
  if not urls then
    return invalid "the authorization server is not a URL"
  end
  for _, url in ipairs(well_known(identifier, "openid-configuration")) do
    urls[#urls + 1] = url
  end
  local server, failure = fetch_first(urls, deadline_ms, SERVER)
  if not server then
    return nil, failure
  end
  if server.issuer ~= identifier then
    return invalid "the authorization server metadata is that of another issuer"
  end
  return server
end

--- The authorization servers to use (OpenID4VCI 1.0, 12.2.4): those of the metadata, or the issuer itself. If the offer
--- names one of them, only that one.
local function candidates(metadata, wanted)
  local listed = metadata.authorization_servers or { metadata.credential_issuer }
  if not wanted then
    return listed
  end
  return lists.contains(listed, wanted) and { wanted } or nil
end

--- The metadata of the authorization server to use: the first that takes pre-authorized codes, else the first.
---@param metadata table
---@param wanted string? the offer's authorization_server
---@param deadline_ms number
function M.authorization_server(metadata, wanted, deadline_ms)
  local identifiers = candidates(metadata, wanted)
  if not identifiers then
    return nil, { reason = "offer_invalid", detail = "the offer's authorization_server is not one of the issuer's" }
  end
  local first, first_failure
  for _, identifier in ipairs(identifiers) do
    local server, failure = fetch_server(identifier, deadline_ms)
    if server and lists.contains(server.grant_types_supported or {}, settings.GRANT_TYPE) then
      return server
    end
    first, first_failure = first or server, first_failure or failure
  end
  return first, not first and first_failure or nil
end

return M
