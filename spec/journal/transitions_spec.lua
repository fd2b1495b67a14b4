-- What each event does to a record, in every state that there is: said here a second time and in other words than in
-- the table, so that no change of a row goes unnoticed. The last specs make each such change and look whether it is.
local STATES = { "pending", "offered", "pushed", "issued", "failed", "unknown", "skipped" }
local COLUMNS = { "state", "step", "owner", "input", "offer", "wallet", "code", "stage", "message", "run", "line" }
local OPEN = { pending = true, offered = true, pushed = true }
local MODULES = { "transitions", "records", "decision", "retry", "settle" }

local database = require "credenco.journal.database"
local journal_batch = require "credenco.journal.batch"
local schema = require "credenco.journal.tables"

-- The modules that know of transitions, anew, with the rows as `change` leaves them.
local function load_with(change)
  local kept, fresh = {}, {}
  for _, name in ipairs(MODULES) do
    kept[name] = package.loaded["credenco.journal." .. name]
    package.loaded["credenco.journal." .. name] = nil
  end
  fresh.transitions = require "credenco.journal.transitions"
  change(fresh.transitions.ROWS)
  local ok, err = pcall(function()
    for _, name in ipairs(MODULES) do fresh[name] = require("credenco.journal." .. name) end
  end)
  for _, name in ipairs(MODULES) do package.loaded["credenco.journal." .. name] = kept[name] end
  return ok and fresh or nil, err
end

local GONE = {}
local ENDED = { owner = GONE, code = "new code", stage = "new stage", message = "new message" }
local CLEAR = { owner = GONE, wallet = GONE, code = GONE, stage = GONE, message = GONE }
local AGAIN = { owner = GONE, wallet = GONE, code = GONE, message = GONE } -- and its stage says how far it came
local function also(base, more)
  local all = {}
  for name, value in pairs(base) do all[name] = value end
  for name, value in pairs(more) do all[name] = value end
  return all
end

local ITEM = { key = "k", offer = "new offer", step = 2, code = "new code", stage = "new stage",
  message = "new message", wallet_key = "new wallet" }

-- Makes a change: by a worker about an item, or by a person.
local function worker(event)
  return function(fresh, db, owner)
    local writes = fresh.records.changes(db, event, { workflow = "w", owner = owner or "me" }, { ITEM })
    return journal_batch.change(db, writes)
  end
end
local function retry(state)
  return function(fresh, db) return fresh.retry.open_again(db, "w", { state = state }) end
end
local function settle(verdict, steps)
  return function(fresh, db) return fresh.settle.settle(db, "w", verdict, { key = "k" }, steps) end
end
local function give_up_line(fresh, db)
  return fresh.settle.settle(db, "w", "skipped", { code = "code" }, 1)
end
local function correct(owner)
  return function(fresh, db)
    return fresh.records.correct(db, { workflow = "w", key = "k", input = "new input", run = 7, line = 8, owner = owner })
  end
end

local issued = also(CLEAR, { state = "issued", wallet = "new wallet", offer = GONE, input = GONE })
local settled_as_issued = also(issued, { wallet = "wallet" })
local next_step = also(CLEAR, { state = "pending", step = 2, offer = GONE })
local corrected = also(AGAIN, { state = "pending", offer = GONE, input = "new input", run = 7, line = 8 })
local begun = also(corrected, { owner = "me" })
local given_up = { state = "skipped", owner = GONE, offer = GONE, wallet = GONE, input = GONE, code = "settled", stage = "person",
  message = "abandoned by a person" }

-- Name, what is done, and per state what is different afterwards. In every other state nothing changes.
local CASES = {
  { "offered", worker "offered", { pending = { state = "offered", offer = "new offer" } } },
  { "pushed", worker "pushed", { offered = { state = "pushed", offer = GONE } } },
  { "next step", worker "next_step", { pending = { step = 2, offer = GONE },
    offered = { state = "pending", step = 2, offer = GONE }, pushed = { state = "pending", step = 2, offer = GONE } } },
  { "next step, come already", worker "next_step", {}, before = { step = 2 } },
  { "issued", worker "issued", { pending = issued, offered = issued, pushed = issued } },
  { "failed", worker "failed", { pending = also(ENDED, { state = "failed", offer = GONE }),
    offered = also(ENDED, { state = "failed", offer = GONE }), pushed = also(ENDED, { state = "failed", offer = GONE }) } },
  { "unknown", worker "unknown", { pending = also(ENDED, { state = "unknown", wallet = "new wallet" }),
    offered = also(ENDED, { state = "unknown", wallet = "new wallet" }),
    pushed = also(ENDED, { state = "unknown", wallet = "new wallet" }) } },
  { "skipped", worker "skipped", { pending = also(ENDED, { state = "skipped", offer = GONE, input = GONE }) } },
  { "retry failed", retry "failed", { failed = also(AGAIN, { state = "pending" }) } },
  { "retry failed without a line", retry "failed", {}, before = { input = GONE } },
  { "retry unknown", retry "unknown", { unknown = also(CLEAR, { state = "offered" }) } },
  { "retry unknown without an offer", retry "unknown", { unknown = also(CLEAR, { state = "pushed" }) },
    before = { offer = GONE } },
  { "retry unknown without a line", retry "unknown", {}, before = { input = GONE } },
  { "retry unknown without a line and an offer", retry "unknown", {}, before = { input = GONE, offer = GONE } },
  { "retry skipped at a later step", retry "skipped", { skipped = { state = "failed", code = "reopened", stage = "person",
    message = "was skipped; continues with its step when a run reads its line" } }, before = { step = 2 } },
  { "retry skipped at the first step", retry "skipped", {} },
  { "settle as issued at the last step", settle("issued", 1), { unknown = settled_as_issued } },
  { "settle as issued before the last step", settle("issued", 2), { unknown = next_step } },
  { "settle as failed", settle("failed", 1), { unknown = { state = "failed", owner = GONE, offer = GONE, wallet = GONE,
    code = "settled", stage = "person", message = "a person found that nothing was issued" } } },
  { "settle as skipped", settle("skipped", 1), { failed = given_up } },
  { "settle a line without a key as skipped", give_up_line, { failed = also(given_up, { input = "input" }) },
    before = { key = "", copy = "line 2 of a file" } },
  { "correct", correct(nil), { failed = corrected, pending = corrected }, before = { owner = GONE } },
  { "correct, and begin with it", correct "me", { failed = begun, pending = begun }, before = { owner = GONE } },
  { "correct what a worker has", correct "me", {}, before = { owner = "me" } },
}
for _, event in ipairs { "offered", "pushed", "next_step", "issued", "failed", "unknown", "skipped" } do
  CASES[#CASES + 1] = { event .. " by a worker that was taken for dead",
    function(fresh, db) return worker(event)(fresh, db, "another") end, {} }
end

local function put(db, state, before)
  local record = also({ state = state, step = 1, owner = "me", input = "input", offer = "offer", wallet = "wallet",
    code = "code", stage = "stage", message = "message", run = 1, line = 2 }, before or {})
  assert(db:execute "DELETE FROM credenco_record")
  local values = {}
  for i, name in ipairs(COLUMNS) do values[i] = record[name] ~= GONE and record[name] or nil end
  assert(db:execute(("INSERT INTO credenco_record (workflow, key, copy, updated, %s) VALUES ('w', '%s', '%s', 1, %s)"):format(
    table.concat(COLUMNS, ", "), record.key or "k", record.copy or "", ("?, "):rep(#COLUMNS - 1) .. "?"),
    (table.unpack or unpack)(values, 1, #COLUMNS)))
  return record
end

local function row_of(db)
  return assert(db:row(("SELECT %s, updated FROM credenco_record"):format(table.concat(COLUMNS, ", "))))
end

-- The difference between a case and the expectation; nil if there is none.
local function difference(fresh, db, case, state)
  local expected = put(db, state, case.before)
  local changes = case[3][state]
  expected = also(expected, changes or {})
  local changed, err = case[2](fresh, db)
  if not changed then return err end
  if changed ~= (changes and 1 or 0) then return ("%d rows changed"):format(changed) end
  local row = row_of(db)
  for i, name in ipairs(COLUMNS) do
    local wanted = expected[name] ~= GONE and expected[name] or nil
    if row[i] ~= wanted then return ("%s is %s"):format(name, tostring(row[i])) end
  end
  if (row[#COLUMNS + 1] > 1) ~= (changes ~= nil) then return "its time is wrong" end
end

local function births(fresh)
  local t = fresh.transitions
  if t.added "add" ~= "pending" then return "a new record is not pending" end
  if t.added "add_broken" ~= "failed" then return "a broken line has not failed" end
  if t.added "add_repeated" ~= "skipped" then return "a repeated key is not skipped" end
end

local function difference_of_all(fresh, db)
  for _, case in ipairs(CASES) do
    for _, state in ipairs(STATES) do
      local what = difference(fresh, db, case, state)
      if what then return ("%s, of a record that is %s: %s"):format(case[1], state, what) end
    end
  end
end

local function reverse(list)
  for i = 1, math.floor(#list / 2) do list[i], list[#list + 1 - i] = list[#list + 1 - i], list[i] end
end

local function first_difference(change)
  local fresh, err = load_with(change)
  if not fresh then return err end
  local db = assert(database.open ":memory:")
  assert(schema.ensure(db, { queue = true }))
  local ok, found = pcall(function()
    local said = births(fresh) or difference_of_all(fresh, db)
    if said then return said end
    reverse(fresh.transitions.ROWS) -- no row may count on another one's having been there before
    return difference_of_all(fresh, db)
  end)
  db:close()
  return not ok and tostring(found) or found
end

describe("the journal's transitions", function()
  it("do what this spec says, in every state", function()
    assert.is_nil(first_difference(function() end))
  end)

  it("are named, and go between states that there are", function()
    local known = {}
    for _, state in ipairs(STATES) do known[state] = true end
    for _, row in ipairs(require("credenco.journal.transitions").ROWS) do
      assert.truthy(known[row.to], row.event)
      for _, state in ipairs(row.from or {}) do assert.truthy(known[state], row.event) end
      assert.truthy(row.by == "worker" or row.by == "person", row.event)
    end
  end)

  it("leave a worker only open records, and a person only finished records or those not begun", function()
    for _, row in ipairs(require("credenco.journal.transitions").ROWS) do
      for _, state in ipairs(row.from or {}) do
        if row.by == "worker" then
          assert.truthy(OPEN[state], row.event)
        else
          assert.truthy(not OPEN[state] and state ~= "issued" or row.event == "corrected", row.event)
        end
      end
    end
  end)
end)

-- Mutations -------------------------------------------------------------------------------------------

local function copy_of(row)
  return also(row, { from = row.from and { (table.unpack or unpack)(row.from) }, sets = row.sets and also(row.sets, {}) })
end

local function each_mutation(rows, try)
  for at, row in ipairs(rows) do
    local function with(what, change)
      try(("row %d (%s): %s"):format(at, row.event, what), function(all)
        all[at] = copy_of(all[at])
        change(all[at], all)
      end)
    end
    with("taken out", function(_, all) table.remove(all, at) end)
    for _, state in ipairs(STATES) do
      if state ~= row.to then with("leads to " .. state, function(mutated) mutated.to = state end) end
    end
    for i, state in ipairs(row.from or {}) do
      with("not from " .. state, function(mutated)
        mutated.from[i] = #mutated.from > 1 and mutated.from[i % #mutated.from + 1] or "nowhere"
      end)
    end
    local comes_from = {}
    for _, state in ipairs(row.from or {}) do comes_from[state] = true end
    for _, state in ipairs(STATES) do
      if row.from and not comes_from[state] then
        with("also from " .. state, function(mutated) mutated.from[#mutated.from + 1] = state end)
      end
    end
    for column in pairs(row.sets or {}) do
      with(column .. " is kept", function(mutated) mutated.sets[column] = nil end)
    end
    if row.only then with("without its condition", function(mutated) mutated.only = nil end) end
    if row.from then
      with("by the other one", function(mutated) mutated.by = row.by == "worker" and "person" or "worker" end)
    end
  end
end

describe("a mutation of the journal's transitions", function()
  it("is noticed, whichever it is", function()
    local survivors, count = {}, 0
    each_mutation(require("credenco.journal.transitions").ROWS, function(what, change)
      count = count + 1
      if not first_difference(change) then survivors[#survivors + 1] = what end
    end)
    assert.same({}, survivors)
    assert.truthy(count > 200, count)
  end)
end)
