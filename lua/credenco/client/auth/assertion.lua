--- The assertion with which a client proves that it has its private key (RFC 7523, 2.2): a JWT for one request.

local base64 = require "credenco.base.base64"
local core = require "credenco.core"
local json = require "credenco.base.json"
local rocks = require "credenco.base.rocks"
local small_file = require "credenco.base.small_file"

---@class credenco.Assertions
local Assertions = {}
Assertions.__index = Assertions

local M = {}

-- Allows for clocks that differ by a few minutes.
local LIFETIME_S = 300

-- Loads the module that needs luaossl; nil and a problem if that is missing.
local function load_reader()
  local ok, signing_key = pcall(require, "credenco.client.auth.signing_key")
  if ok then return signing_key.read end
  local advice = rocks.advice(signing_key)
  if not advice then error(signing_key, 0) end
  return nil, 'client_auth "private_key_jwt" ' .. advice
end

local function read_file(self)
  local pem, problem = small_file.read(self.settings.private_key_file)
  if not pem then return nil, problem end
  local key
  key, problem = self.read(pem)
  if key then self.pem = pem end
  return key, problem
end

-- If the file is missing or incomplete, keeps the key.
local function key_of(self)
  if self.settings.private_key_file then self.key = read_file(self) or self.key end
  return self.key
end

--- Reads the key.
---@param settings { client_id: string, token_url: string, private_key: string?, private_key_file: string?, private_key_id: string?, assertion_audience: string? }
---@return credenco.Assertions?
---@return string? problem  in the settings
function M.new(settings)
  local self = setmetatable({ settings = settings }, Assertions)
  local problem
  self.read, problem = load_reader()
  if not self.read then return nil, problem end
  if settings.private_key then
    self.key, problem = self.read(settings.private_key)
    if not self.key then return nil, "private_key " .. problem end
  else
    self.key, problem = read_file(self)
    if not self.key then return nil, "private_key_file " .. problem end
  end
  for _, name in ipairs { "client_id", "private_key_id", "assertion_audience" } do
    if settings[name] and not core.utf8_valid(settings[name]) then return nil, name .. " must be valid UTF-8" end
  end
  return self
end

local function encoded(object)
  return base64.encode_url(assert(json.encode(object)))
end

--- Whether the key differs from that of the last assertion.
---@return boolean
function Assertions:renew()
  local path = self.settings.private_key_file
  local pem = path and small_file.read(path)
  return pem ~= nil and pem ~= self.pem and self.read(pem) ~= nil
end

--- Makes an assertion. Each is different: a server accepts each only once (RFC 7523, 3).
---@return string jwt
function Assertions:make()
  local settings, now = self.settings, os.time()
  local key = key_of(self)
  local signed = encoded { alg = key.algorithm, typ = "JWT", kid = settings.private_key_id } .. "." .. encoded {
    iss = settings.client_id, sub = settings.client_id, aud = settings.assertion_audience or settings.token_url,
    jti = core.uuid(), iat = now, exp = now + LIFETIME_S,
  }
  return signed .. "." .. base64.encode_url(key:sign(signed))
end

return M
