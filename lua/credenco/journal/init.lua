--- The journal: the state of every record, in a SQL database, so that a run can be killed at any moment and can
--- continue. `credenco.journal.states` has its state machine, `credenco.journal.tables` its tables.

local background = require "credenco.journal.background"
local core = require "credenco.core"
local database = require "credenco.journal.database"
local dialect_module = require "credenco.journal.dialect"
local drained = require "credenco.journal.drained"
local edition = require "credenco.journal.dialect.edition"
local executor = require "credenco.journal.executor"
local journal_url = require "credenco.journal.dialect.url"
local lock = require "credenco.journal.lock"
local schema = require "credenco.journal.tables"
local steps = require "credenco.journal.workflow_steps"
local uv = require "luv"
local workers = require "credenco.journal.workers"
local writer = require "credenco.journal.writer"

local M = {}

--- A worker among those of a workflow.
---@class credenco.journal.Scope
---@field workflow string its name
---@field owner string the worker's name
---@field joined_at number seconds since 1970, by the database's clock
---@field drained_at string|false the last note of `credenco.journal.drained` when it joined

--- An open journal.
---@class credenco.Journal
---@field db credenco.journal.Database
---@field url string without a password
---@field location string as the user gave it
---@field edition credenco.journal.Edition|false the identity of its file
---@field shared boolean any number of workers may use it at the same time
local Journal = {}
Journal.__index = Journal

local function is_other(url, dialect)
  local found = not dialect.shared and uv.fs_stat(url)
  return found and found.type ~= "file"
end

local function prepare(self, url, options)
  local dialect = dialect_module.of(url)
  local found, err = dialect.edition(url)
  if found == nil then return nil, err end
  if options.alone and not self.shared then
    self.lock, err = lock.take(url)
    if not self.lock then return nil, err end
  end
  self.location = url
  local reading = options.existing and not options.queue and not options.alone
  self.db, err = database.open(url, { journal = true, read_only = reading and not dialect.is_writable(url) })
  if not self.db then return nil, err end
  err = not reading and dialect.unfit(self.db)
  if err then return nil, err end
  self.edition, err = dialect.edition(url)
  if self.edition == nil then return nil, err end
  return schema.ensure(self.db, { queue = options.queue or self.shared, reading = reading })
end

--- Opens a journal, and creates missing tables.
---@param url string a path of a SQLite file, or `postgres://...`
---@param options? { queue?: boolean, alone?: boolean, existing?: boolean } queue: workers take from it; alone:
---  refuse if another run uses the file; existing: refuse to create one
---@return credenco.Journal?
---@return string? err
function M.open(url, options)
  options = options or {}
  local flaw = journal_url.flaw(url)
  if flaw then return nil, flaw end
  local dialect = dialect_module.of(url)
  if options.existing and not dialect.exists(url) then return nil, ("%s: there is no such journal"):format(url) end
  if is_other(url, dialect) then
    return nil, ("%s: is not a file; name the journal's file, which is created if it is missing"):format(url)
  end
  local self = setmetatable({ url = journal_url.without_password(url), shared = dialect.shared }, Journal)
  local ready, err = prepare(self, url, options)
  if ready then return self end
  self:close()
  return nil, err:find(self.url, 1, true) and err or ("%s: %s"):format(self.url, err)
end

--- Joins the workers of a workflow, all of which have the same steps. Frees the records of dead workers. In a file,
--- only the holder of its lock knows that the others are dead.
---@param workflow credenco.Workflow
---@param works boolean false for a loader, which only adds records and has no use for steps
---@return credenco.journal.Scope?
---@return string? err
function Journal:join(workflow, works)
  local owner = ("%s/%d/%s"):format(uv.os_gethostname(), uv.os_getpid(), core.uuid():sub(1, 8))
  local scope = { workflow = workflow.name, owner = owner }
  local ok, err = true, nil
  if self.shared or self.lock then ok, err = workers.bury(self.db, scope) end
  if not ok then return nil, err end
  scope.joined_at, err = self.db:transaction(function()
    local kept, why = true, nil
    if works then kept, why = steps.keep(self.db, scope, workflow) end
    if not kept then return nil, why end
    return workers.join(self.db, scope)
  end)
  if not scope.joined_at then return nil, err end
  scope.drained_at, err = drained.last(self.db, workflow.name)
  if scope.drained_at == nil then return nil, err end
  ok, err = self.db.dialect.look_up_by_key(self.db)
  if not ok then return nil, err end
  return scope
end

-- For a journal without a second connection: in memory, or if a thread does not find the modules.
local function in_place(db)
  return { carry_out = function(_, groups) return executor.carry_out(db, groups) end, close = function() end }
end

--- Describes what has happened to the journal's file since it was opened; nil if nothing has.
---@return string? flaw
function Journal:flaw()
  local flaw = self.edition and edition.flaw(self.edition)
  return flaw and ("%s: the journal %s"):format(self.url, flaw) or nil
end

-- A second connection of a worker. The journal may be closed while it opens.
local function second_connection(self, scope)
  local db = self.db
  local executing = self.location ~= ":memory:" and background.open(self.location)
  if not executing then return in_place(db) end
  local presence = workers.presence(db, scope.owner)
  local ok, err = true, nil
  if presence then ok, err = executing:carry_out { { presence } } end
  if ok then return executing end
  executing:close()
  return nil, err
end

-- Opens its connection with the first transaction: many workers find nothing to do.
local Late = {}
Late.__index = Late

function Late:open()
  local executing, err = second_connection(self.journal, self.scope)
  if not executing then return nil, err end
  self.executing = executing
  if self.is_closed then self:close() end
  return true
end

function Late:carry_out(groups)
  if not self.executing and not self.is_closed then
    local ok, err = self:open()
    if not ok then return nil, err end
  end
  if self.is_closed then return nil, "the journal is closed" end
  return self.executing:carry_out(groups)
end

function Late:close()
  self.is_closed = true
  if self.executing then self.executing:close() end
  self.executing = nil
end

--- A writer for a worker. Close it before the journal.
---@param scope { workflow: string, owner: string }
---@return credenco.journal.Writer
function Journal:writer(scope)
  local executing = setmetatable({ journal = self, scope = scope }, Late)
  return writer.new(self.db, scope, executing, function() return self:flaw() end)
end

--- Removes everything erased from the unused parts of a file.
---@return boolean? ok
---@return string? err
function Journal:tidy()
  return self.db.dialect.tidy(self.db)
end

--- Frees the database, and the lock of a file.
function Journal:close()
  if self.db then self.db:close() end
  if self.lock then self.lock:close() end
  self.db, self.lock = nil, nil
end

return M
