--- The business wallets of the sandbox: their keys, their trusted contacts, their contents.
local config = require "credenco.sandbox.ground.config"
local es256 = require "credenco.sandbox.crypto.es256"
local json = require "credenco.sandbox.ground.json"
local store = require "credenco.sandbox.ground.store"

local M = {}

---@class credenco.SandboxContact
---@field id integer
---@field did string compared as an exact string
---@field name string
---@field directIssueAllowed boolean
---@field createdAt string local time without a zone
---@field lastModifiedAt string

local function key_of(wallet_key)
  return store.key("wallet", wallet_key)
end

--- Names of a wallet's lists in the store.
local function list_of(wallet_key, name)
  return store.key("wallet", wallet_key, name)
end

---@return { key: string, name: string, jwk: credenco.EcJwk }? wallet with its private key
function M.find(wallet_key)
  return store.get(key_of(wallet_key))
end

---@return { key: string, name: string }[]
function M.all()
  return store.list "wallets"
end

local function local_time()
  return os.date "%Y-%m-%dT%H:%M:%S"
end

local function no_contacts()
  return { last_id = 0, list = json.array({}) }
end

local function contacts_key(wallet_key)
  return list_of(wallet_key, "contacts")
end

local function with_did(list, did)
  for index, contact in ipairs(list) do
    if contact.did == did then
      return contact, index
    end
  end
end

--- Makes an issuer a trusted contact, or changes its contact.
---@return credenco.SandboxContact
function M.add_contact(wallet_key, did, name, direct_issue_allowed)
  local key, contact = contacts_key(wallet_key)
  store.add(key, no_contacts())
  store.update(key, function(contacts)
    contact = with_did(contacts.list, did)
    if not contact then
      contacts.last_id = contacts.last_id + 1
      contact = { id = contacts.last_id, did = did, createdAt = local_time() }
      table.insert(contacts.list, contact)
    end
    contact.name, contact.directIssueAllowed, contact.lastModifiedAt = name, direct_issue_allowed, local_time()
    return contacts
  end)
  return contact
end

---@return credenco.SandboxContact[]
function M.contacts(wallet_key)
  return (store.get(contacts_key(wallet_key)) or no_contacts()).list
end

---@return boolean
function M.has_contact(wallet_key, did)
  return with_did(M.contacts(wallet_key), did) ~= nil
end

---@return boolean removed
function M.remove_contact(wallet_key, id)
  local removed = false
  store.update(contacts_key(wallet_key), function(contacts)
    for index, contact in ipairs(contacts.list) do
      if contact.id == id then
        table.remove(contacts.list, index)
        removed = true
        return contacts
      end
    end
  end)
  return removed
end

--- Creates a wallet, unless it exists.
---@param description credenco.SandboxWallet
---@return boolean created
function M.create(description)
  local wallet = { key = description.key, name = description.name, jwk = es256.generate() }
  if not store.add(key_of(wallet.key), wallet) then
    return false
  end
  store.append("wallets", { key = wallet.key, name = wallet.name })
  if description.trusts_issuer then
    M.add_contact(wallet.key, config.issuer_did, "Sandbox issuer", description.direct_issue_allowed ~= false)
  end
  return true
end

--- Whether this wallet accepts credentials of this issuer directly.
---@param wallet_key string
---@param did string
---@return boolean trusted
---@return string? reason
function M.trusts(wallet_key, did)
  local contact = with_did(M.contacts(wallet_key), did)
  if not contact then
    return false, "untrusted_issuer"
  end
  return contact.directIssueAllowed, not contact.directIssueAllowed and "direct_issue_not_allowed" or nil
end

---@return integer id
function M.keep(wallet_key, credential)
  return store.append(list_of(wallet_key, "credentials"), credential)
end

-- The newest `limit` entries, oldest first; all of them without a limit.
local function newest(list, limit)
  return store.list(list, limit and math.max(0, store.length(list) - limit))
end

--- The credentials that a wallet keeps, oldest first.
---@param wallet_key string
---@param limit integer? only the newest
---@return table[]
function M.credentials(wallet_key, limit)
  return newest(list_of(wallet_key, "credentials"), limit)
end

---@return table? credential
function M.credential(wallet_key, id)
  return store.entry(list_of(wallet_key, "credentials"), id)
end

---@return integer
function M.credential_count(wallet_key)
  return store.length(list_of(wallet_key, "credentials"))
end

--- Stores that a credential was discarded, and why.
---@param wallet_key string
---@param entry { reason: string, detail: string, issuer: string?, template: string?, claims: table? }
---@return integer id
function M.discard(wallet_key, entry)
  return store.append(list_of(wallet_key, "discarded"), entry)
end

--- The credentials that a wallet has discarded, oldest first.
---@param wallet_key string
---@param limit integer? only the newest
---@return table[]
function M.discarded(wallet_key, limit)
  return newest(list_of(wallet_key, "discarded"), limit)
end

---@return integer
function M.discarded_count(wallet_key)
  return store.length(list_of(wallet_key, "discarded"))
end

---@param wallet_key string
---@param offer { offer_uri: string, state: "NEW"|"READ"|"PROCESSED", issuer: string?, template: string? }
---@return integer id
function M.drop_in_inbox(wallet_key, offer)
  return store.append(list_of(wallet_key, "inbox"), offer)
end

--- The offers in a wallet's inbox, oldest first.
---@return table[]
function M.inbox(wallet_key)
  return store.list(list_of(wallet_key, "inbox"))
end

---@return table? offer
function M.inbox_entry(wallet_key, id)
  return store.entry(list_of(wallet_key, "inbox"), id)
end

--- Changes an offer in the inbox, as `credenco.sandbox.ground.store.update` does.
---@return table? offer
function M.update_inbox(wallet_key, id, change)
  return store.update_entry(list_of(wallet_key, "inbox"), id, change)
end

return M
