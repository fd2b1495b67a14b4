-- `credenco doctor` with keys and clients that have expired or lack a role: the sandbox is their administration, in which
-- what the line says to do is done.
local doctor = require "spec.cli.doctor"
local files = require "spec.support.files"
local World = require "spec.sandbox.world"

local ISSUE, CONTACTS = "Issue credentials", "Trusted contacts"
local SECRET = "doctor-secret"

local world, folder

local function account(kind, name, change)
  local answer = world:anonymous("PUT", ("/sandbox/%s/%s"):format(kind, name), change)
  assert(answer.status < 300, answer.body)
end

local function file_with(content)
  local path = folder .. "/" .. content
  files.write(path, content)
  return path
end

-- The environment of an API key that has these roles and this expiry.
local function key(name, change)
  account("keys", name, change)
  return { CREDENCO_BASE_URL = world.base_url, CREDENCO_API_KEY = name }
end

local function client(name, change)
  change.secret = SECRET
  account("clients", name, change)
  return { CREDENCO_BASE_URL = world.base_url, CREDENCO_CLIENT_ID = name, CREDENCO_CLIENT_SECRET_FILE = file_with(SECRET),
    CREDENCO_TOKEN_URL = world.server.token_url }
end

-- With an account that may do everything else.
local function issuer()
  return key("issuer", { roles = { ISSUE } })
end

local function looking_at_the_wallet(env, wallet_key_file)
  local arguments = { "--wallet", world.trusting, "--did", world.server.issuer_did }
  if wallet_key_file then
    arguments[5], arguments[6] = "--wallet-api-key-file", wallet_key_file
  end
  return arguments, env
end

local function wallet_key(name, change)
  account("keys", name, change)
  return looking_at_the_wallet(issuer(), file_with(name))
end

local GIVE_ISSUE = "give the key or client the role '" .. ISSUE .. "'"
local GIVE_CONTACTS = "give the key or client the role '" .. CONTACTS .. "'"

local FAULTS = {
  { "a key lacks the role to issue", line = "credentials", code = 3, words = "lack the role", advice = GIVE_ISSUE,
    broken = function() return {}, key("bare", { roles = { CONTACTS } }) end,
    healed = function() return {}, key("bare", { roles = { CONTACTS, ISSUE } }) end },
  { "a client lacks the role to issue", line = "credentials", code = 3, words = "lack the role", advice = GIVE_ISSUE,
    broken = function() return {}, client("bare", { roles = { CONTACTS } }) end,
    healed = function() return {}, client("bare", { roles = { CONTACTS, ISSUE } }) end },
  { "a key has expired", line = "credentials", code = 3, words = "has expired", advice = "make a new one",
    broken = function() return {}, key("old", { expires_in_s = 0 }) end,
    healed = function() return {}, key("new", {}) end },
  { "a client has expired", line = "token", code = 3, words = "has expired", advice = "make a new one",
    broken = function() return {}, client("old", { expires_in_s = 0 }) end,
    healed = function() return {}, client("new", {}) end },
  { "a key may not see the trusted contacts", line = "trust", code = 3, words = "lack the role", advice = GIVE_CONTACTS,
    broken = function() return looking_at_the_wallet(issuer()) end,
    healed = function() return looking_at_the_wallet(key("issuer", { roles = { ISSUE, CONTACTS } })) end },
  { "a client may not see the trusted contacts", line = "trust", code = 3, words = "lack the role", advice = GIVE_CONTACTS,
    broken = function() return looking_at_the_wallet(client("issuer", { roles = { ISSUE } })) end,
    healed = function() return looking_at_the_wallet(client("issuer", { roles = { ISSUE, CONTACTS } })) end },
  { "only the wallet's own key may see them", line = "trust", code = 3, words = "lack the role",
    advice = "%-%-wallet%-api%-key%-file",
    broken = function() return looking_at_the_wallet(issuer()) end,
    healed = function() return wallet_key("wallets-own", { roles = { CONTACTS } }) end },
  { "the wallet's own key lacks the role", line = "trust", code = 3, words = "lack the role", advice = GIVE_CONTACTS,
    broken = function() return wallet_key("wallets-bare", { roles = { ISSUE } }) end,
    healed = function() return wallet_key("wallets-bare", { roles = { ISSUE, CONTACTS } }) end },
  { "the wallet's own key has expired", line = "trust", code = 3, words = "has expired", advice = "make a new one",
    broken = function() return wallet_key("wallets-old", { expires_in_s = 0 }) end,
    healed = function() return wallet_key("wallets-new", {}) end },
}

describe("credenco doctor", function()
  setup(function()
    world, folder = World.start(), files.temporary_folder()
  end)

  teardown(function()
    world:stop()
    files.remove_folder(folder)
  end)

  for _, fault in ipairs(FAULTS) do
    it("says it where " .. fault[1] .. ", and nothing else", function() doctor.try(fault) end)
  end
end)
