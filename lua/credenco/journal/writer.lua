--- Group commit: what many records have to write goes into one transaction, so that one flush of the disk
--- serves them all. A record that must not go on before its line is safe waits for that transaction.
---
--- Nothing is written in between: when a transaction fails, none of it happened, everybody who waits is told,
--- and the writer takes no more.

local executor = require "credenco.journal.executor"
local loop = require "credenco.loop"
local records = require "credenco.journal.records"
local slots = require "credenco.journal.slots"
local taking = require "credenco.journal.taking"

local M = {}

-- How long the first write may wait for company; how many make waiting pointless is the dialect's `full`. It waits only as
-- long as there is other work to do meanwhile: see `is_idle`. A transaction costs what some ten records do, which counts
-- where many workers share a machine and each has few; but an offer must not grow old meanwhile, so it waits for a part of
-- its life at most, and what a killed run has not written has to be asked for.
local SHORTEST_GROUP_MS, LONGEST_GROUP_MS = 250, 1000
local SHARE_OF_LIFE = 0.25

-- How many changes make waiting pointless whatever they are: they sit in memory meanwhile.
local GROUP_CHANGES = 1000

-- In this order inside a transaction, which is that of one record's changes: a step is pushed and ends before the
-- next one's offer is kept; between an offer and its push there is always a transaction.
local KINDS = { "pushed", "next_step", "offered", "issued", "failed", "unknown", "skipped" }

---@class credenco.journal.Writer
---@field trouble? string why nothing is written any more
---@field group table
---@field places table<"open"|"begun", { run: integer, line: integer }> of the record that was taken last
---@field turn credenco.pipeline.Slots transactions follow one another
---@field group_ms number how long the first write of a group may wait for company
---@field is_idle fun(): boolean whether there is little else to do, so that a transaction should not wait for company
---@field on_kept fun(item: table, written: boolean) is told what has become of an offer that was to be kept
local Writer = {}
Writer.__index = Writer

-- What has come together for the next transaction.
local function new_group()
  return { queues = {}, notes = {}, requests = {}, kept = {}, calls = {}, size = 0,
    awaited = false, hurried = false }
end

---@param db credenco.journal.Database for what has to be asked
---@param scope { workflow: string, owner: string }
---@param executing { carry_out: fun(self: table, groups: credenco.journal.Write[][]): table?, string? }
---@param flaw fun(): string? why the journal must not be written any more
---@return credenco.journal.Writer
function M.new(db, scope, executing, flaw)
  return setmetatable({ db = db, scope = scope, executor = executing, flaw = flaw, group = new_group(),
    places = {}, turn = slots.new(1), group_ms = SHORTEST_GROUP_MS, is_idle = function() return true end }, Writer)
end

--- Lets groups wait for company as long as that takes no more than a part of an offer's life.
---@param lifetime_ms number how long an offer is certainly valid
function Writer:fit_into(lifetime_ms)
  self.group_ms = math.max(SHORTEST_GROUP_MS, math.min(SHARE_OF_LIFE * lifetime_ms, LONGEST_GROUP_MS))
end

-- Which records did not get their offer, when the numbers say that some did not.
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

-- A group as lists of writes. Where how many rows a list changes is of interest, its place is kept.
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

-- Follows from how many rows were changed, and which were found.
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

-- What somebody asks of the journal has to see all that was queued before, and nothing may be queued meanwhile: else
-- a record that has just ended would be taken for one that was never begun. So nobody has a turn in between.
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

-- Everybody is told outside of the transaction; what they write next is the next one's.
function Writer:tell_all(group)
  local trouble, lost = self.trouble, group.lost or {}
  for _, list in ipairs { group.requests, group.calls } do
    for _, request in ipairs(list) do loop.wake(request.ticket, trouble) end
  end
  for _, item in ipairs(group.kept) do self.on_kept(item, not trouble and not lost[item]) end
end

--- Writes everything that is queued, now.
---@return boolean? ok
---@return string? err
function Writer:flush()
  self.turn:take()
  local group = self.group
  self.group = new_group()
  if group.size > 0 and not self.trouble then -- the trouble may be another's, whom nobody here has waited for
    local ok, err = self:carry_out(group)
    if not ok then self.trouble = err end
  end
  self.turn:give()
  self:tell_all(group)
  if self.trouble then return nil, self.trouble end
  return true
end

-- Never at once: whoever asks has not begun to wait yet.
function Writer:flush_in(ms)
  local group = self.group
  loop.spawn(function()
    loop.sleep(ms)
    if self.group == group then self:flush() end
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

--- Writes soon when somebody waits for it and there is little else to do.
function Writer:nudge()
  local group = self.group
  if group.awaited and not group.hurried and self.is_idle() then self:hurry() end
end

--- Queues a change of a record; nobody waits for it.
---@param kind string one of `credenco.journal.records.changes`
---@param item table
function Writer:put(kind, item)
  if self.trouble then return end
  local queues = self.group.queues
  local queue = queues[kind]
  if not queue then
    queue = {}
    queues[kind] = queue
  end
  queue[#queue + 1] = item
  self:schedule()
end

--- Queues what is known about a credential; nobody waits for it.
---@param credential table see `credenco.journal.records.notes`
function Writer:note(credential)
  if self.trouble then return end
  local notes = self.group.notes
  notes[#notes + 1] = credential
  self:schedule()
end

--- Writes a record's offer down. `on_kept` is told once it is safe on disk; or with false when the record is not this
--- worker's any more, or the journal failed and nobody knows whether it is written.
---@param item { key: string, offer: string }
function Writer:keep_offer(item)
  if self.trouble then return self.on_kept(item, false) end
  self:put("offered", item)
  local group = self.group
  local kept = group.kept
  kept[#kept + 1], group.awaited = item, true
  if #kept == self.db.dialect.full then self:hurry() else self:nudge() end
end

local function wait_in(self, list, request)
  if self.trouble then return nil, self.trouble end
  request.ticket = loop.self()
  list[#list + 1], self.group.awaited = request, true
  self:schedule()
  self:nudge()
  local trouble = loop.wait(request.ticket)
  if trouble then return nil, trouble end
  return request.result
end

--- Adds records that are not there yet, and waits for it.
---@param scope table see `credenco.journal.records.additions`
---@param items table[]
---@return integer? added how many were new
---@return string? err
function Writer:add(scope, items)
  return wait_in(self, self.group.requests, { writes = records.additions(self.db, scope, items) })
end

--- Takes records that nobody holds, and waits for it. It goes on behind the last one that it took: a database keeps
--- what was changed in an index for a while, and each take from the beginning would walk past all of it.
---@param limit integer
---@param only_begun? boolean see `credenco.journal.taking.write`
---@return table[]? items
---@return string? err
function Writer:take(limit, only_begun)
  local places, kind = self.places, only_begun and "begun" or "open"
  local from = places[kind]
  local rows, err = wait_in(self, self.group.requests,
    { writes = { taking.write(self.scope, limit, only_begun, from) } })
  if not rows then return nil, err end
  local items = taking.items(rows)
  local last = items[#items]
  places[kind] = last and { run = last.run, line = last.line }
  if not last and from then return self:take(limit, only_begun) end -- a worker may have left some before it
  return items
end

--- Runs a function inside a transaction, behind everything that is queued, and waits for it.
---@generic T
---@param work fun(): T?, string? nil and an error fail the whole transaction
---@return T? result
---@return string? err
function Writer:call(work)
  return wait_in(self, self.group.calls, { work = work })
end

--- Ends what the writer has beside the journal.
function Writer:close()
  if self.executor.close then self.executor:close() end
end

return M
