--- The client certificate, for servers that require one (mutual TLS). Each new connection reads the files again, so
--- that you can replace them while nginx runs.

local core = require "credenco.core"
local small_file = require "credenco.base.small_file"

local M = {}

---@class credenco.Identity
---@field cert_file string
---@field key_file string
---@field name string  distinguishes it from others

local function authority(url)
  return ("%s://%s:%d"):format(url.scheme, url.host:lower(), url.port)
end

--- The certificate for an origin; nil if that is not one that gets it.
---@param url table      from core.parse_url
---@param options table  of the transport
---@return credenco.Identity?
function M.of(url, options)
  local cert_file, key_file = options.client_cert, options.client_key or options.client_cert
  for origin in (options.client_cert_origins or ""):gmatch "%S+" do
    if authority(core.parse_url(origin)) == authority(url) then
      return { cert_file = cert_file, key_file = key_file, name = ngx.md5(cert_file .. "\n" .. key_file) }
    end
  end
end

-- OpenSSL would ask the terminal for a passphrase.
local function parsed(option, path, parse)
  local pem, err = small_file.read(path)
  if not pem then return nil, ("%s %s"):format(option, err) end
  if pem:find("ENCRYPTED", 1, true) then return nil, ("%s: %s has a pass phrase"):format(option, path) end
  local value
  value, err = parse(pem)
  return value, ("%s: %s: %s"):format(option, path, err)
end

--- Sets the certificate for the next handshake.
---@param identity credenco.Identity
---@param socket table
---@return boolean? ok
---@return string? problem
function M.show(identity, socket)
  local ssl = require "ngx.ssl"
  local certificate, key, problem
  certificate, problem = parsed("client_cert", identity.cert_file, ssl.parse_pem_cert)
  if not certificate then return nil, problem end
  key, problem = parsed("client_key", identity.key_file, ssl.parse_pem_priv_key)
  if not key then return nil, problem end
  return socket:setclientcert(certificate, key)
end

return M
