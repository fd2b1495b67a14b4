--- Group commit: what many records have to write goes into one transaction, so that one flush of the disk
--- serves them all. A record that must not go on before its line is safe waits for that transaction.
---
--- Nothing is written in between: when a transaction fails, none of it happened, everybody who waits is told,
--- and the writer takes no more.

local loop = require "credenco.loop"
local records = require "credenco.journal.records"

local M = {}

-- How long the first write may wait for company, and how many make waiting pointless. It waits only as long as
-- there is other work to do meanwhile: see `is_idle`.
local GROUP_MS = 50
local FULL = 512

-- In this order inside a transaction, which is that of one record's changes: a step is pushed and ends before the
-- next one's offer is kept; between an offer and its push there is always a transaction.
local KINDS = { "pushed", "next_step", "offered", "issued", "failed", "unknown", "skipped" }

---@class credenco.journal.Writer
---@field trouble? string why nothing is written any more
---@field is_idle fun(): boolean whether there is little else to do, so that a transaction should not wait for company
local Writer = {}
Writer.__index = Writer

---@param db credenco.journal.Database
---@param scope { workflow: string, owner: string }
---@return credenco.journal.Writer
function M.new(db, scope)
  return setmetatable({ db = db, scope = scope, queues = {}, notes = {}, calls = {}, kept = {}, waiting = {}, size = 0,
    generation = 0, is_idle = function() return true end }, Writer)
end

-- Everybody is told outside of the transaction; what they write next is the next one's.
local function tell_all(kept, waiting, trouble, lost)
  for _, ticket in ipairs(waiting) do loop.wake(ticket, trouble) end
  for _, keep in ipairs(kept) do keep.done(keep.item, not trouble and not lost[keep.item]) end
end

-- Which records did not get their offer, when the numbers say that some did not.
function Writer:find_lost(items, lost)
  local found, err = records.find(self.db, self.scope.workflow, items)
  if not found then return nil, err end
  for _, item in ipairs(items) do
    local now = found[item.key]
    local written = now and now.state == "offered" and now.owner == self.scope.owner and now.offer == item.offer
    if not written then lost[item] = true end
  end
  return true
end

-- Only for `offered` does anybody wait for the answer to whether it is written.
function Writer:write_queues(queues, lost)
  for _, kind in ipairs(KINDS) do
    local items = queues[kind]
    if items then
      local changed, err = records.change(self.db, kind, self.scope, items)
      if changed and changed < #items and kind == "offered" then
        changed, err = self:find_lost(items, lost)
      end
      if not changed then return nil, err end
    end
  end
  return true
end

function Writer:write_notes(notes)
  if #notes == 0 then return true end
  return records.note_credentials(self.db, notes)
end

function Writer:run_calls(calls)
  for _, call in ipairs(calls) do
    local result, err = call.work()
    if result == nil then return nil, err end
    call.result = result
  end
  return true
end

-- The trouble may be another's: what waits for this writer would wait for ever.
function Writer:give_up()
  local kept, waiting = self.kept, self.waiting
  self.kept, self.waiting = {}, {}
  tell_all(kept, waiting, self.trouble, {})
  return nil, self.trouble
end

--- Writes everything that is queued, now.
---@return boolean? ok
---@return string? err
function Writer:flush()
  if self.trouble then return self:give_up() end
  if self.size == 0 then return true end
  local queues, notes, calls, kept, waiting = self.queues, self.notes, self.calls, self.kept, self.waiting
  self.queues, self.notes, self.calls, self.kept, self.waiting, self.size = {}, {}, {}, {}, {}, 0
  self.generation, self.hurried = self.generation + 1, false
  local lost = {}
  local ok, err = self.db:transaction(function()
    local written, write_err = self:write_queues(queues, lost)
    if written then written, write_err = self:write_notes(notes) end
    if not written then return nil, write_err end
    return self:run_calls(calls)
  end)
  if not ok then self.trouble = err end
  tell_all(kept, waiting, self.trouble, lost)
  return ok, err
end

function Writer:schedule()
  self.size = self.size + 1
  if self.size == 1 then self:flush_in(GROUP_MS) end
end

-- Never at once: whoever asks has not begun to wait yet.
function Writer:flush_in(ms)
  local generation = self.generation
  loop.spawn(function()
    loop.sleep(ms)
    if self.generation == generation then self:flush() end
  end)
end

function Writer:hurry()
  if self.hurried then return end
  self.hurried = true
  self:flush_in(0)
end

--- Writes soon when somebody waits for it and there is little else to do.
function Writer:nudge()
  if #self.kept + #self.waiting > 0 and self.is_idle() then self:hurry() end
end

--- Queues a change of a record; nobody waits for it.
---@param kind string one of `credenco.journal.records.write`
---@param item table
function Writer:put(kind, item)
  if self.trouble then return end
  local queue = self.queues[kind]
  if not queue then
    queue = {}
    self.queues[kind] = queue
  end
  queue[#queue + 1] = item
  self:schedule()
end

--- Queues what is known about a credential; nobody waits for it.
---@param credential table see `credenco.journal.records.note_credentials`
function Writer:note(credential)
  if self.trouble then return end
  self.notes[#self.notes + 1] = credential
  self:schedule()
end

--- Writes a record's offer down.
---@param item { key: string, offer: string }
---@param done fun(item: table, written: boolean) once it is safe on disk; false: the record is not this worker's
---  any more, or the journal failed and nobody knows whether it is written
function Writer:keep_offer(item, done)
  if self.trouble then return done(item, false) end
  self:put("offered", item)
  self.kept[#self.kept + 1] = { item = item, done = done }
  if #self.kept == FULL then self:hurry() else self:nudge() end
end

--- Runs a function inside the next transaction and waits for it.
---@generic T
---@param work fun(): T?, string? nil and an error fail the whole transaction
---@return T? result
---@return string? err
function Writer:call(work)
  if self.trouble then return nil, self.trouble end
  local call = { work = work }
  self.calls[#self.calls + 1] = call
  self:schedule()
  local ticket = loop.self()
  self.waiting[#self.waiting + 1] = ticket
  self:nudge()
  local trouble = loop.wait(ticket)
  if trouble then return nil, trouble end
  return call.result
end

return M
