--- The sandbox's state: JSON documents in one shared dictionary, the same for all workers.
--
-- A document is replaced as a whole and never evicted silently: a full dictionary throws,
-- and the router answers 507. Lists are numbered documents, so that an entry can be
-- appended by several workers at once and a long list is never rewritten.
local json = require "credenco.sandbox.app.json"

local M = {}

local function dictionary()
  return ngx.shared.sandbox
end

M.FULL = { "the sandbox's memory is full" }

local function checked(ok, err)
  if not ok and err ~= "exists" then
    error(err == "no memory" and M.FULL or err, 0)
  end
  return ok
end

function M.get(key)
  local text = dictionary():get(key)
  return text and json.decode(text) or nil
end

---@param ttl_s number? forgotten after this time
function M.set(key, document, ttl_s)
  checked(dictionary():safe_set(key, json.encode(document), ttl_s or 0))
end

--- Stores a document unless the key is taken.
---@return boolean added
function M.add(key, document, ttl_s)
  return checked(dictionary():safe_add(key, json.encode(document), ttl_s or 0)) == true
end

--- Changes a document; `change(document)` returns the new one, or nil to leave it. There is
--- no yield inside, but other workers may write at the same time, so a lock is held.
---@return table? document the new one; nil when there is none
function M.update(key, change)
  local lock = "lock:" .. key
  while not dictionary():add(lock, true, 1) do
    ngx.sleep(0.001)
  end
  local document = M.get(key)
  local ok, changed = pcall(function()
    local new = document and change(document)
    if new then
      M.set(key, new)
    end
    return new
  end)
  dictionary():delete(lock)
  if not ok then
    error(changed, 0)
  end
  return changed
end

function M.delete(key)
  dictionary():delete(key)
end

--- True for exactly one of all callers that ever claim this name.
function M.claim(name, ttl_s)
  return checked(dictionary():safe_add("claim:" .. name, true, ttl_s or 0)) == true
end

function M.release(name)
  dictionary():delete("claim:" .. name)
end

--- Counts up and returns the new value, starting at 1.
---@return integer
function M.next(counter)
  return assert(dictionary():incr(counter, 1, 0))
end

local function entry_key(list, id)
  return ("%s/%d"):format(list, id)
end

--- Appends a document to a list and gives it its `id`.
---@return integer id
function M.append(list, document)
  local id = M.next(list .. "#")
  document.id = id
  M.set(entry_key(list, id), document)
  return id
end

--- How many entries a list has ever had; the `id` of the newest.
---@return integer
function M.length(list)
  return dictionary():get(list .. "#") or 0
end

--- The entries of a list from `after` + 1 on, oldest first.
---@return table[] documents a JSON array
function M.list(list, after)
  local documents = json.array({})
  for id = (after or 0) + 1, M.length(list) do
    documents[#documents + 1] = M.get(entry_key(list, id))
  end
  return documents
end

function M.entry(list, id)
  return M.get(entry_key(list, id))
end

function M.update_entry(list, id, change)
  return M.update(entry_key(list, id), change)
end

--- Removes an entry; its number is not used again.
---@return boolean removed
function M.remove(list, id)
  local key = entry_key(list, id)
  local existed = dictionary():get(key) ~= nil
  dictionary():delete(key)
  return existed
end

--- Forgets everything.
function M.clear()
  dictionary():flush_all()
  dictionary():flush_expired()
end

return M
