-- Certificates for TLS specs, made by the openssl command into a private folder.
local files = require "spec.support.files"

local DAYS = 2

local AUTHORITY = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days %d "
  .. "-subj '/CN=%s' -keyout '%s.key' -out '%s.pem'"
local LEAF = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days %d "
  .. "-CA '%s.pem' -CAkey '%s.key' -subj '/CN=%s' -addext 'subjectAltName=%s' "
  .. "-addext 'basicConstraints=critical,CA:FALSE' -keyout '%s.key' -out '%s.pem'"

local pki = {}

---@class spec.Pki
---@field folder string
---@field authority string path of the CA's certificate
---@field stranger string path of the certificate of a CA that signed nothing here
---@field leaf { certificate: string, key: string } for 127.0.0.1 and localhost
---@field other_host { certificate: string, key: string } of the same CA, for wallet.example
---@field unknown { certificate: string, key: string } for 127.0.0.1, of the other CA

local function openssl(command, ...)
  local line = "openssl " .. command:format(...) .. " 2>/dev/null"
  local status = os.execute(line)
  assert(status == true or status == 0, line)
end

local function pair(path)
  return { certificate = path .. ".pem", key = path .. ".key" }
end

local function authority(path, name)
  openssl(AUTHORITY, DAYS, name, path, path)
end

local function leaf(path, issuer, name, alternative)
  openssl(LEAF, DAYS, issuer, issuer, name, alternative, path, path)
  return pair(path)
end

--- Makes both authorities and the three certificates. `pki.remove` takes them away.
---@return spec.Pki
function pki.create()
  local folder = files.temporary_folder()
  local ours, strange = folder .. "/authority", folder .. "/stranger"
  authority(ours, "credenco specs")
  authority(strange, "somebody else")
  local here = "IP:127.0.0.1,DNS:localhost"
  return {
    folder = folder,
    authority = ours .. ".pem",
    stranger = strange .. ".pem",
    leaf = leaf(folder .. "/leaf", ours, "127.0.0.1", here),
    other_host = leaf(folder .. "/other-host", ours, "wallet.example", "DNS:wallet.example"),
    unknown = leaf(folder .. "/unknown", strange, "127.0.0.1", here),
  }
end

--- A client's certificate, of the same authority.
---@param made spec.Pki
---@param name string its common name
---@return { certificate: string, key: string }
function pki.client(made, name)
  return leaf(("%s/%s"):format(made.folder, name), made.folder .. "/authority", name, "DNS:" .. name .. ".example")
end

--- A key locked with a pass phrase.
---@param key string path
---@param passphrase string
---@return string path
function pki.lock(key, passphrase)
  openssl("pkcs8 -topk8 -in '%s' -out '%s.locked' -passout 'pass:%s'", key, key, passphrase)
  return key .. ".locked"
end

---@param made spec.Pki
function pki.remove(made)
  files.remove_folder(made.folder)
end

return pki
