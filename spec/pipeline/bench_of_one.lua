-- The pipeline on a table: a client that plays issuer and wallet as a script tells it to, a journal in a private
-- folder, and the run put together. Nothing here opens a socket.
local claims = require "credenco.claims"
local files = require "spec.support.files"
local journal = require "credenco.journal"
local pipeline = require "credenco.pipeline"
local search = require "credenco.journal.search"
local source = require "credenco.pipeline.source"
local workflow = require "credenco.workflow"

local M = {}

local Bench = {}
Bench.__index = Bench

--- An error as the client gives it.
function M.err(code, sent, extra)
  local err = { code = code, sent = sent or "rejected", message = "it said " .. code, attempts = 1 }
  for name, value in pairs(extra or {}) do err[name] = value end
  return err
end

--- An answer to every call.
function M.always(entry)
  return setmetatable({}, { __index = function() return entry end })
end

-- A client whose answers are scripted: `script[method]` is a list of functions or errors, one a call; behind its
-- end everything goes well. A function gets the call's arguments and the good answer's maker.
local function scripted(bench, method, good)
  return function(_, argument)
    local calls = bench.calls[method]
    calls[#calls + 1] = argument
    local entry = (bench.script[method] or {})[#calls]
    if type(entry) == "function" then return entry(argument, good) end
    if entry then return nil, entry end
    return good(argument)
  end
end

local function create_offer(bench, args)
  bench.offers = bench.offers + 1
  local uri = ("https://issuer.example/offer/%s/%d"):format(args.correlation_id, bench.offers)
  bench.offer_ids[uri] = args
  return uri
end

local function push_offer(bench, args)
  if not bench.redeemed[args.offer_uri] then
    bench.redeemed[args.offer_uri] = args.wallet_key
    local offer = bench.offer_ids[args.offer_uri]
    bench.wallet[#bench.wallet + 1] = offer and offer.claims.id or "?"
    bench.done[offer and offer.correlation_id or "?"] = true
  end
  return { http_status = 201 }
end

local function issue_status(bench, id)
  return { status = bench.done[id] and "issue_completed" or "issue_request_created",
    revocation_uuid = bench.done[id] and "uuid-of-" .. id:sub(1, 8) or nil }
end

local function client_of(bench)
  local create = scripted(bench, "create_offer", function(args) return create_offer(bench, args) end)
  local push = scripted(bench, "push_offer", function(args) return push_offer(bench, args) end)
  return {
    create_checked_offer = function(self, job)
      return create(self, { template_id = job.template_id, claims = job.claims, correlation_id = job.correlation_id })
    end,
    push_checked_offer = function(self, wallet_key, offer_uri, direct)
      return push(self, { wallet_key = wallet_key, offer_uri = offer_uri, direct = direct })
    end,
    without_retries = function(self) return self end,
    issue_status = scripted(bench, "issue_status", function(id) return issue_status(bench, id) end),
  }
end

--- A new bench with an empty journal.
function M.new()
  local folder = files.temporary_folder()
  local self = setmetatable({ folder = folder, journal = folder .. "/j.journal" }, Bench)
  self:restart()
  self.wallet, self.redeemed, self.offer_ids, self.done, self.offers = {}, {}, {}, {}, 0
  return self
end

--- Forgets scripts and calls, as if another process began. What issuer and wallet have stays.
function Bench:restart()
  self.script = {}
  self.calls = { create_offer = {}, push_offer = {}, issue_status = {} }
end

function Bench.workflow(_, changes)
  if changes and changes.steps then
    return assert(workflow.new { name = "w", key = "id", wallet_key = "wallet", steps = changes.steps })
  end
  local definition = { name = "w", template_id = "t", key = "id", wallet_key = "wallet",
    claims = claims.map { id = "id" } }
  for name, value in pairs(changes or {}) do definition[name] = value end
  local made, problems = workflow.new(definition)
  return made or error(problems[1])
end

--- Runs the pipeline over records; `options` go to it, `options.workflow` to the workflow, and `options.begun` is
--- given the run. It asks the issuer about a new journal only where `options.new_journal` is true or false.
function Bench:run(records, options)
  local given = { attempts = 3, patience_ms = 100000, watch_ms = 5 }
  for name, value in pairs(options or {}) do given[name] = value end
  given.workflow = self:workflow(given.workflow)
  given.journal, given.client = self.journal, client_of(self)
  local mode = given.mode or "run"
  given.mode = nil
  if records then given.source = source.open(records, { name = given.name or "records" }) end
  given.name = nil
  local begun = given.begun or function() end
  given.begun = nil
  return pipeline[mode](given, function(run)
    self.running, run.has_looked = run, given.new_journal == nil
    begun(run)
  end)
end

--- Runs it over a CSV file with that text, and that name where `options.file` has one.
function Bench:run_csv(text, options)
  local given = {}
  for name, value in pairs(options or {}) do given[name] = value end
  local path = self.folder .. "/" .. (given.file or "in.csv")
  files.write(path, text)
  given.file, given.source = nil, assert(source.open(path))
  return self:run(nil, given)
end

--- Records `1`, `2`, ... with a wallet each.
function M.records(count)
  local list = {}
  for i = 1, count do list[i] = { id = tostring(i), wallet = "wallet-" .. i } end
  return list
end

--- Asks the journal something.
function Bench:ask(use)
  local held = assert(journal.open(self.journal, { existing = true }))
  local result = use(held.db)
  held:close()
  return result
end

function Bench:state_of(key)
  local found = self:ask(function(db) return assert(search.by_key(db, "w", key)) end)
  return found[1] and found[1].state, found[1]
end

--- Everything the journal's files hold, to look for what must not be there.
function Bench:bytes()
  local all = {}
  for _, suffix in ipairs { "", "-wal" } do all[#all + 1] = files.read(self.journal .. suffix) or "" end
  return table.concat(all)
end

function Bench:close()
  files.remove_folder(self.folder)
end

return M
