--- The workers. A worker holds a lease that it renews. On PostgreSQL all its connections also share a session lock,
--- which the server releases as soon as they end. If a worker's lease has expired or its lock is free, its records
--- become free.

local states = require "credenco.journal.states"

local M = {}

M.LEASE_S = 30

local JOIN = [[
INSERT INTO credenco_worker (owner, workflow, lease_until) VALUES (?, ?, {now} + ?)
ON CONFLICT (owner) DO UPDATE SET lease_until = excluded.lease_until
RETURNING lease_until]]

--- The lock that each connection of a worker must hold; nil if a lock on the journal's file is enough.
---@param db credenco.journal.Database
---@param owner string
---@return credenco.journal.Write?
function M.presence(db, owner)
  return db.dialect.presence and db.dialect.presence(owner)
end

---@param db credenco.journal.Database
---@param scope { workflow: string, owner: string }
---@return number? joined_at seconds since 1970, by the database's clock
---@return string? err
function M.join(db, scope)
  local presence = M.presence(db, scope.owner)
  if presence then
    local rows, err = db:rows_of(presence)
    if not rows then return nil, err end
  end
  local row, err = db:row(JOIN, scope.owner, scope.workflow, M.LEASE_S)
  if not row then return nil, err end
  return tonumber(row[1]) - M.LEASE_S
end

--- Renews the lease.
---@param db credenco.journal.Database
---@param owner string
---@return integer? renewed 0 if it expired and another worker has removed this one
---@return string? err
function M.renew(db, owner)
  return db:change("UPDATE credenco_worker SET lease_until = {now} + ? WHERE owner = ?", M.LEASE_S, owner)
end

--- Whether no other worker has removed this one.
---@param db credenco.journal.Database
---@param owner string
---@return boolean?
---@return string? err
function M.is_alive(db, owner)
  local rows, err = db:rows("SELECT 1 FROM credenco_worker WHERE owner = ?", owner)
  if not rows then return nil, err end
  return #rows > 0
end

-- A record that was held may have asked for an offer, with a response that was never stored. Its stage now says so.
local FREED = "owner = NULL, stage = 'create_offer'"

-- No index has the owner, since it would change with each record that is taken and each that ends. These statements
-- read all open records, so they run only after a worker died or was cut short, or if only held records are open.
local ORPHANS = ([[
UPDATE credenco_record SET %s
WHERE workflow = ? AND %s AND owner NOT IN (SELECT owner FROM credenco_worker) AND {unlocked}]]):format(
  FREED, states.IS_HELD)
local GIVE_BACK = ("UPDATE credenco_record SET %s WHERE workflow = ? AND %s AND owner = ?"):format(
  FREED, states.IS_OPEN)

--- Frees the records of workers that are dead. One that was only taken for dead may be changing some of its records:
--- those stay for the next time.
---@param db credenco.journal.Database
---@param scope { workflow: string, owner: string }
---@param all? boolean also records that a worker took while it was taken for dead
---@return boolean? ok
---@return string? err
function M.bury(db, scope, all)
  return db:transaction(function()
    local rows, err = db:rows(db.dialect.dead_workers, scope.workflow, scope.owner)
    if not rows then return nil, err end
    if #rows == 0 and not all then return true end
    for _, row in ipairs(rows) do
      local ok, delete_err = db:execute("DELETE FROM credenco_worker WHERE owner = ?", row[1])
      if not ok then return nil, delete_err end
    end
    return db:execute(ORPHANS, scope.workflow)
  end)
end

local OTHERS = "SELECT 1 FROM credenco_worker WHERE workflow = ? LIMIT 1"

--- Leaves, and frees the records that it still holds. Workers leave one after the other, so one of them is the last.
---@param db credenco.journal.Database
---@param scope { workflow: string, owner: string }
---@param holds boolean whether it holds any
---@return "last"|"others"|nil left whether others work on
---@return string? err
function M.leave(db, scope, holds)
  return db:transaction(function()
    local ok, err = db.dialect.lock(db, "credenco leave " .. scope.workflow)
    if ok and holds then ok, err = db:execute(GIVE_BACK, scope.workflow, scope.owner) end
    if ok then ok, err = db:execute("DELETE FROM credenco_worker WHERE owner = ?", scope.owner) end
    local others
    if ok then others, err = db:rows(OTHERS, scope.workflow) end
    if not others then return nil, err end
    return #others > 0 and "others" or "last"
  end)
end

-- Each part uses one index. The first part with a record decides.
local OPEN_ELSEWHERE = ([[
SELECT 'free', '' FROM credenco_record WHERE workflow = ? AND owner IS NULL AND %s
UNION ALL
SELECT 'held', '' FROM credenco_record WHERE workflow = ? AND %s AND owner <> ?
UNION ALL
SELECT 'nothing', CAST({begun} AS TEXT) LIMIT 1]]):format(states.IS_OPEN, states.IS_HELD)

--- Asks whether open records are free ("free"), or other workers hold some ("held"), which may become free when one
--- dies, or nothing is open ("nothing").
---@param scope { workflow: string, owner: string }
---@return credenco.journal.Write that asks for rows: one with the word, and for "nothing" the time before the look, as
---  text: seconds since 1970, by the database's clock
function M.open_elsewhere(scope)
  return { sql = OPEN_ELSEWHERE, asks = true, scope = {}, width = 3,
    values = { scope.workflow, scope.workflow, scope.owner } }
end

local RESERVE = [[
INSERT INTO credenco_pace (workflow, next_at) VALUES (?, {now} + ?)
ON CONFLICT (workflow) DO UPDATE
SET next_at = CASE WHEN credenco_pace.next_at > {now} THEN credenco_pace.next_at ELSE {now} END + ?
RETURNING next_at - {now}]]

--- Reserves a part of the rate that all workers of a workflow share.
---@param db credenco.journal.Database
---@param workflow string
---@param span_s number how long the reserved requests take at that rate
---@return number? until_s seconds until the end of the reserved part
---@return string? err
function M.reserve(db, workflow, span_s)
  local row, err = db:row(RESERVE, workflow, span_s, span_s)
  if not row then return nil, err end
  return tonumber(row[1])
end

local PAUSE = [[
INSERT INTO credenco_pace (workflow, next_at) VALUES (?, {now} + ?)
ON CONFLICT (workflow) DO UPDATE SET next_at = excluded.next_at WHERE credenco_pace.next_at < excluded.next_at]]

--- Makes all workers of a workflow pause. Requests for the same pause at the same time count as one.
---@param db credenco.journal.Database
---@param workflow string
---@param span_s number
---@return boolean? ok
---@return string? err
function M.pause(db, workflow, span_s)
  return db:execute(PAUSE, workflow, span_s)
end

return M
