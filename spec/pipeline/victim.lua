-- victim.lua MODE EVENT COUNT CSV JOURNAL BASE_URL API_KEY [PER_S]: runs the pipeline and kills itself, as the kernel
-- would, the COUNT-th time it comes to EVENT ("none": never). Exits as the command line would: 0, 4, 5, 7, 9.
local credenco = require "credenco"
local database = require "credenco.journal.database"
local pipeline = require "credenco.pipeline"
local source = require "credenco.pipeline.source"
local summary = require "credenco.cli.pipeline.summary"
local uv = require "luv"
local workflow = require "credenco.workflow"

local mode, event, count, csv, journal, base_url, api_key =
  arg[1], arg[2], tonumber(arg[3]), arg[4], arg[5], arg[6], arg[7]

local seen = 0

local function reached(name)
  if name ~= event then return end
  seen = seen + 1
  if seen == count then uv.kill(uv.os_getpid(), "sigkill") end
end

-- Wraps a function so that the places before and after it can be died at.
local function watch(owner, name, label)
  local original = owner[name]
  owner[name] = function(...)
    reached("before " .. label)
    local first, second = original(...)
    reached("after " .. label)
    return first, second
  end
end

local function watch_transactions(db)
  local methods = getmetatable(db).__index
  local original = methods.execute
  methods.execute = function(self, sql, ...)
    if sql == "COMMIT" then reached("before commit") end
    local ok, err = original(self, sql, ...)
    if sql == "COMMIT" then reached("after commit") end
    if sql:find("^BEGIN") then reached("in transaction") end
    return ok, err
  end
end

local open = database.open
database.open = function(...)
  local db, err = open(...)
  database.open = open
  if db then watch_transactions(db) end
  return db, err
end

local client = credenco.new { base_url = base_url, api_key = api_key, timeout_ms = 20000 }
local watched = setmetatable({}, { __index = client })
local REQUESTS = { create_checked_offer = "create_offer", push_checked_offer = "push_offer", issue_status = "issue_status" }
for name, label in pairs(REQUESTS) do
  watched[name] = function(_, ...)
    return client[name](client, ...)
  end
  watch(watched, name, label)
end

local given = {
  workflow = assert(workflow.load("spec/pipeline/company.lua")), journal = journal, client = watched,
  concurrency = 32, attempts = 8, per_s = tonumber(arg[8]),
}
if mode ~= "work" then given.source = assert(source.open(csv)) end
local result, err = pipeline[mode](given)
client:close()
if not result then
  io.stderr:write(tostring(err.message), "\n")
  os.exit(9)
end
if result.stopped then io.stderr:write(summary.stopped(result), "\n") end
os.exit(summary.exit_code(result))
