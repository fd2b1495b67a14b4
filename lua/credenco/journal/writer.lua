--- Group commit: the writes of many records go into one transaction, so that one flush of the disk serves them all. A
--- record that must not continue before its write is safe waits for that transaction.
---
--- If a transaction fails, nothing of it happened. Then all waiting tasks get the error, and the writer accepts no
--- more.

local executor = require "credenco.journal.executor"
local loop = require "credenco.loop"
local records = require "credenco.journal.records"
local slots = require "credenco.journal.slots"
local taking = require "credenco.journal.taking"

local M = {}

-- How long the first write may wait for others. A group with as many writes as the dialect's `full` does not wait, and
-- without other work no group waits: see `is_idle`. A transaction costs as much as about ten records, which matters if
-- many workers share a machine and each has few records. But an offer must not grow old, so the wait is at most a part
-- of its lifetime; and after a kill, each missing write costs a query.
local SHORTEST_GROUP_MS, LONGEST_GROUP_MS = 250, 1000
local SHARE_OF_LIFE = 0.25

-- A group of this many changes waits no longer, since memory holds them until they are written.
local GROUP_CHANGES = 1000

-- The order inside a transaction, which is the order of one record's changes: a step is delivered and ends before the
-- next one's offer is stored. Between an offer and its delivery there is always a transaction.
local KINDS = { "pushed", "next_step", "offered", "issued", "failed", "unknown", "skipped" }

---@class credenco.journal.Writer
---@field failure? string why it no longer writes
---@field group table
---@field groups integer how many there were, with this one
---@field places table<"open"|"begun", { run: integer, line: integer }> of the last record that was taken
---@field turn credenco.pipeline.Slots allows one transaction at a time
---@field group_ms number how long the first write of a group may wait for company
---@field is_idle fun(): boolean whether there is so little to do that a transaction should not wait for company
---@field on_kept fun(item: table, written: boolean) gets the result of storing an offer
local Writer = {}
Writer.__index = Writer

-- The writes for the next transaction.
local function new_group()
  return { queues = {}, notes = {}, requests = {}, kept = {}, calls = {}, size = 0,
    awaited = false, hurried = false }
end

---@param db credenco.journal.Database for queries
---@param scope { workflow: string, owner: string }
---@param executing { carry_out: (fun(self: table, groups: credenco.journal.Write[][]): table?, string?),
---  close: fun(self: table) }
---@param flaw fun(): string? why the journal must not be written any more
---@return credenco.journal.Writer
function M.new(db, scope, executing, flaw)
  return setmetatable({ db = db, scope = scope, executor = executing, flaw = flaw, group = new_group(), groups = 1,
    places = {}, turn = slots.new(1), group_ms = SHORTEST_GROUP_MS, is_idle = function() return true end }, Writer)
end

--- Lets groups wait for more writes, but only for a small part of an offer's lifetime.
---@param lifetime_ms number how long an offer is certainly valid
function Writer:fit_into(lifetime_ms)
  self.group_ms = math.max(SHORTEST_GROUP_MS, math.min(SHARE_OF_LIFE * lifetime_ms, LONGEST_GROUP_MS))
end

-- The records that did not get their offer, if the numbers show that some did not.
function Writer:find_lost(items)
  local found, err = records.find(self.db, self.scope.workflow, items)
  if not found then return nil, err end
  local lost = {}
  for _, item in ipairs(items) do
    local now = found[item.key]
    local written = now and now.state == "offered" and now.owner == self.scope.owner and now.offer == item.offer
    if not written then lost[item] = true end
  end
  return lost
end

-- A group as lists of writes. Keeps the position of each list whose number of changed rows matters.
local function listed(self, group)
  local db, lists = self.db, {}
  for _, kind in ipairs(KINDS) do
    local items = group.queues[kind]
    if items then
      lists[#lists + 1] = records.changes(db, kind, self.scope, items)
      if kind == "offered" then group.offered_at = #lists end
    end
  end
  if #group.notes > 0 then lists[#lists + 1] = records.notes(db, group.notes) end
  for _, request in ipairs(group.requests) do
    lists[#lists + 1] = request.writes
    request.at = #lists
  end
  return lists
end

-- Handles the number of changed rows, and the rows of queries.
function Writer:settle(group, results)
  for _, request in ipairs(group.requests) do request.result = results[request.at] end
  local offered = group.queues.offered
  if not offered or results[group.offered_at] >= #offered then return true end
  local err
  group.lost, err = self:find_lost(offered)
  return group.lost ~= nil, err
end

local function run_calls(calls)
  for _, call in ipairs(calls) do
    local result, err = call.work()
    if result == nil then return nil, err end
    call.result = result
  end
  return true
end

-- A task's query must see all writes that were queued before it, and nothing may be queued meanwhile: else a record
-- that has just ended would look as if it had never begun. So no other task gets a turn in between.
function Writer:carry_out_here(group, lists)
  return self.db:transaction(function()
    local results, err = executor.change_all(self.db, lists)
    if not results then return nil, err end
    local ok, settle_err = self:settle(group, results)
    if not ok then return nil, settle_err end
    return run_calls(group.calls)
  end)
end

-- Writes a group in one transaction.
function Writer:carry_out(group)
  local flaw = self.flaw()
  if flaw then return nil, flaw end
  local lists = listed(self, group)
  if #group.calls > 0 then return self:carry_out_here(group, lists) end
  local results, err = self.executor:carry_out(lists)
  if not results then return nil, err end
  return self:settle(group, results)
end

-- Wakes the tasks outside the transaction. Their next writes belong to the next one.
function Writer:tell_all(group)
  local failure, lost = self.failure, group.lost or {}
  for _, list in ipairs { group.requests, group.calls } do
    for _, request in ipairs(list) do loop.wake(request.ticket, failure) end
  end
  for _, item in ipairs(group.kept) do self.on_kept(item, not failure and not lost[item]) end
end

--- Writes all queued changes now.
---@return boolean? ok
---@return string? err
function Writer:flush()
  self.turn:take()
  local group = self.group
  self.group, self.groups = new_group(), self.groups + 1
  if group.size > 0 and not self.failure then -- another flush may have failed
    local ok, err = self:carry_out(group)
    if not ok then self.failure = err end
  end
  self.turn:give()
  self:tell_all(group)
  if self.failure then return nil, self.failure end
  return true
end

-- Never at once, since the caller has not begun to wait yet. The task knows its group by number only: many groups are
-- written while it sleeps, and would stay in memory with all their lines.
function Writer:flush_in(ms)
  local number = self.groups
  loop.spawn(function()
    loop.sleep(ms)
    if self.groups == number then self:flush() end
  end)
end

-- Writes the group as soon as the tasks that can go on have done so.
function Writer:hurry()
  local group = self.group
  if group.hurried then return end
  group.hurried = true
  self:flush_in(0)
end

-- Counts one more in the group, which is written soon.
function Writer:schedule()
  local group = self.group
  group.size = group.size + 1
  if group.size == 1 then self:flush_in(self.group_ms) end
  if group.size == GROUP_CHANGES then self:hurry() end
end

--- Writes soon if a task waits for it and there is little else to do.
function Writer:nudge()
  local group = self.group
  if group.awaited and not group.hurried and self.is_idle() then self:hurry() end
end

--- Queues a change of a record, and does not wait.
---@param kind string one of `credenco.journal.records.changes`
---@param item table
function Writer:put(kind, item)
  if self.failure then return end
  local queues = self.group.queues
  local queue = queues[kind]
  if not queue then
    queue = {}
    queues[kind] = queue
  end
  queue[#queue + 1] = item
  self:schedule()
end

--- Queues the facts about a credential, and does not wait.
---@param credential table see `credenco.journal.records.notes`
function Writer:note(credential)
  if self.failure then return end
  local notes = self.group.notes
  notes[#notes + 1] = credential
  self:schedule()
end

--- Stores a record's offer. `on_kept` is called when it is safe on disk; or with false if the record is no longer this
--- worker's, or if the journal failed and the outcome is unknown.
---@param item { key: string, offer: string }
function Writer:keep_offer(item)
  if self.failure then return self.on_kept(item, false) end
  self:put("offered", item)
  local group = self.group
  local kept = group.kept
  kept[#kept + 1], group.awaited = item, true
  if #kept == self.db.dialect.full then self:hurry() else self:nudge() end
end

local function wait_in(self, list, request)
  if self.failure then return nil, self.failure end
  request.ticket = loop.self()
  list[#list + 1], self.group.awaited = request, true
  self:schedule()
  self:nudge()
  local failure = loop.wait(request.ticket)
  if failure then return nil, failure end
  return request.result
end

--- Adds new records, and waits for it.
---@param scope table see `credenco.journal.records.additions`
---@param items table[]
---@return integer? added the number of new records
---@return string? err
function Writer:add(scope, items)
  return wait_in(self, self.group.requests, { writes = records.additions(self.db, scope, items) })
end

--- Asks for rows behind all queued changes, with the connection that writes, and waits for them. A server's connection
--- reads what it has used before several times as fast as a new one does.
---@param query credenco.journal.Write that asks for rows
---@return any[][]? rows
---@return string? err
function Writer:ask(query)
  return wait_in(self, self.group.requests, { writes = { query } })
end

--- Takes free records, and waits for it. It continues behind the last one that it took: a database keeps old entries of
--- an index for a while, and each take from the beginning would walk past all of them. After a take without a result,
--- the next one looks at all records, since a dead worker's may be free.
---@param limit integer
---@param only_begun? boolean see `credenco.journal.taking.write`
---@return table[]? items
---@return string? err
function Writer:take(limit, only_begun)
  local places, kind = self.places, only_begun and "begun" or "open"
  local rows, err = self:ask(taking.write(self.scope, limit, only_begun, places[kind]))
  if not rows then return nil, err end
  local items = taking.items(rows)
  local last = items[#items]
  places[kind] = last and { run = last.run, line = last.line }
  return items
end

--- Runs a function inside a transaction, after all queued changes, and waits for it.
---@generic T
---@param work fun(): T?, string? nil and an error fail the whole transaction
---@return T? result
---@return string? err
function Writer:call(work)
  return wait_in(self, self.group.calls, { work = work })
end

--- Closes the writer's own connection, if it has opened one.
function Writer:close()
  self.executor:close()
end

return M
