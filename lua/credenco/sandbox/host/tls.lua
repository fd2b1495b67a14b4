--- A certificate for localhost, and the CA certificate that signed it, made for one run. The CA's key is discarded at
--- once, so you can trust its certificate.
local altname = require "openssl.x509.altname"
local bignum = require "openssl.bignum"
local extension = require "openssl.x509.extension"
local name = require "openssl.x509.name"
local pkey = require "openssl.pkey"
local rand = require "openssl.rand"
local x509 = require "openssl.x509"

local M = {}

local DAY_S = 86400
local VALIDITY_S = 30 * DAY_S

local function common_name(text)
  local subject = name.new()
  subject:add("CN", text)
  return subject
end

local function certificate(subject, key)
  local cert = x509.new()
  cert:setVersion(3)
  cert:setSerial(bignum.fromBinary("\1" .. rand.bytes(15)))
  cert:setSubject(subject)
  cert:setPublicKey(key)
  cert:setLifetime(os.time() - DAY_S, os.time() + VALIDITY_S)
  return cert
end

local function add_extension(cert, id, value)
  cert:addExtension(extension.new(id, value))
end

local function authority()
  local key, subject = pkey.new { type = "EC", curve = "prime256v1" }, common_name "credenco sandbox, one run"
  local cert = certificate(subject, key)
  cert:setIssuer(subject)
  cert:setBasicConstraints { CA = true, pathLen = 0 }
  cert:setBasicConstraintsCritical(true)
  add_extension(cert, "keyUsage", "critical,keyCertSign,cRLSign")
  cert:sign(key)
  return cert, key
end

local function alternative_names(host)
  local names = altname.new()
  names:add("DNS", "localhost")
  names:add("IP", "127.0.0.1")
  names:add("IP", "::1")
  if host ~= "localhost" and host ~= "127.0.0.1" and host ~= "::1" then
    names:add("IP", host)
  end
  return names
end

--- Makes both certificates.
---@param host string the loopback address the sandbox listens on
---@return { ca: string, certificate: string, key: string } pem
function M.make(host)
  local ca, ca_key = authority()
  local key = pkey.new { type = "EC", curve = "prime256v1" }
  local cert = certificate(common_name "localhost", key)
  cert:setIssuer(ca:getSubject())
  cert:setSubjectAlt(alternative_names(host))
  add_extension(cert, "keyUsage", "critical,digitalSignature")
  add_extension(cert, "extendedKeyUsage", "serverAuth")
  cert:sign(ca_key)
  return { ca = ca:toPEM(), certificate = cert:toPEM(), key = key:toPEM "private" }
end

return M
