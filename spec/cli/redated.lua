-- A certificate of spec.support.pki, valid at other times, signed by the same authority.
local files = require "spec.support.files"
local pkey = require "openssl.pkey"
local x509 = require "openssl.x509"

---@param leaf { certificate: string, key: string }
---@param made spec.Pki
---@param from_s integer seconds from now
---@param to_s integer seconds from now
---@return { certificate: string, key: string }
return function(leaf, made, from_s, to_s)
  local certificate = x509.new(files.read(leaf.certificate))
  certificate:setLifetime(os.time() + from_s, os.time() + to_s)
  certificate:sign(pkey.new(files.read((made.authority:gsub("%.pem$", ".key")))))
  local path = ("%s.%d.pem"):format(leaf.certificate, to_s)
  files.write(path, certificate:toPEM())
  return { certificate = path, key = leaf.key }
end
