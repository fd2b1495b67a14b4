--- The sandbox's state: JSON documents in one shared dictionary, the same for all workers.
--
-- A document is replaced as a whole, and never evicted silently: a full dictionary throws `M.FULL`, and the router
-- responds with 507. Calls that begin something are refused earlier, while an eighth of the memory is still free
-- (`is_short`), so that exchanges in progress can finish. Lists are numbered documents, so that several workers can
-- append at the same time and a long list is never rewritten.
local core = require "credenco.core"
local json = require "credenco.sandbox.ground.json"

local M = {}

local RESERVED_SHARE = 8
local GROWTH = 8 -- the largest growth of a byte of a body: an offer, a grant, a signed credential, its claims
local LOCK_S = 5 -- a worker dies in the middle of a change hardly ever, but it may stand still for seconds

local function dictionary()
  return ngx.shared.sandbox
end

M.FULL = { "the sandbox's memory is full" }

--- A key from parts, which may hold anything. Other parts give another key, and none gives that of a list's entry.
---@return string
function M.key(...)
  local parts = { ... }
  for index, part in ipairs(parts) do
    parts[index] = core.encode(part)
  end
  return table.concat(parts, "/")
end

--- Whether so little memory is left that nothing new should begin.
---@param body_len integer of the request that would begin it
---@return boolean
function M.is_short(body_len)
  local dict = dictionary()
  local function is_enough()
    return dict:free_space() > dict:capacity() / RESERVED_SHARE + GROWTH * body_len
  end
  if is_enough() then
    return false
  end
  dict:flush_expired()
  return not is_enough()
end

--- Calls a safe_* function of the dictionary; if that fails, again without the expired entries.
local function store(method, key, value, ttl_s)
  local dict = dictionary()
  local ok, err = dict[method](dict, key, value, ttl_s or 0)
  if not ok and err == "no memory" and dict:flush_expired() > 0 then
    ok, err = dict[method](dict, key, value, ttl_s or 0)
  end
  if not ok and err ~= "exists" then
    error(err == "no memory" and M.FULL or err, 0)
  end
  return ok == true
end

---@param key string
---@return table? document
function M.get(key)
  local text = dictionary():get(key)
  return text and json.decode(text) or nil
end

---@param key string
---@param document any
---@param ttl_s number? lifetime
function M.set(key, document, ttl_s)
  store("safe_set", key, json.encode(document), ttl_s)
end

--- Stores a document unless the key is taken.
---@return boolean added
function M.add(key, document, ttl_s)
  return store("safe_add", key, json.encode(document), ttl_s)
end

--- nginx removes the old value before it looks for room for the new one.
local function replace(key, old, new, ttl_s)
  local ok, err = pcall(M.set, key, new, ttl_s)
  if not ok then
    pcall(M.set, key, old, ttl_s)
    error(err, 0)
  end
end

--- Changes a document. `change(document)` returns the new one, or nil to leave it. It cannot yield, but other workers
--- may write at the same time, so it holds a lock.
---@param key string
---@param change fun(document: table): table?
---@param ttl_s number? lifetime
---@return table? document the new one; nil if there is none
function M.update(key, change, ttl_s)
  local lock = "lock:" .. key
  while not store("safe_add", lock, true, LOCK_S) do
    ngx.sleep(0.001)
  end
  local ok, changed = pcall(function()
    local document = M.get(key)
    local new = document and change(document)
    if new then
      replace(key, M.get(key), new, ttl_s)
    end
    return new
  end)
  dictionary():delete(lock)
  if not ok then
    error(changed, 0)
  end
  return changed
end

---@param key string
function M.delete(key)
  dictionary():delete(key)
end

--- True for exactly one of all callers with this name.
function M.claim(name, ttl_s)
  return store("safe_add", "claim:" .. name, true, ttl_s)
end

--- Runs `work` for exactly one of all callers with this name. If it throws, the next caller may.
---@param name string
---@param ttl_s number? the name is free again after this time
---@param work fun(): any
---@return boolean done false: another caller did
---@return any result of `work`
function M.once(name, ttl_s, work)
  if not M.claim(name, ttl_s) then
    return false
  end
  local ok, result = pcall(work)
  if not ok then
    dictionary():delete("claim:" .. name)
    error(result, 0)
  end
  return true, result
end

--- Adds to a counter, which starts at 0. nginx's own `incr` would evict something to create a counter.
---@param counter string
---@param by integer? 1
---@return integer value the new one
function M.count(counter, by)
  store("safe_add", counter, 0)
  return assert(dictionary():incr(counter, by or 1))
end

--- The value of a counter.
---@return integer
function M.counted(counter)
  return dictionary():get(counter) or 0
end

local function entry_key(list, id)
  return ("%s/%d"):format(list, id)
end

--- Appends a document to a list and gives it its `id`.
---@return integer id
function M.append(list, document)
  local id = M.count(list .. "#")
  document.id = id
  M.set(entry_key(list, id), document)
  return id
end

--- The number of entries that a list has ever had; the `id` of the newest.
---@return integer
function M.length(list)
  return M.counted(list .. "#")
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

--- One entry of a list.
---@return table? document
function M.entry(list, id)
  return M.get(entry_key(list, id))
end

--- Changes an entry, as `update` does.
---@return table? document
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

--- Removes everything.
function M.clear()
  dictionary():flush_all()
  dictionary():flush_expired()
end

return M
