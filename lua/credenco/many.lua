--- Many issuances at once, at most so many under way, given back as they complete.

local errors = require "credenco.errors"
local loop = require "credenco.loop"

local M = {}

local function next_of(records)
  if type(records) == "function" then return records end
  local i = 0
  return function()
    i = i + 1
    return records[i]
  end
end

local function invalid_record(problem)
  local message = tostring(problem):gsub("^[^\n]-:%d+: ", "") -- the place in our own code
  return errors.new { code = "invalid_argument", step = "create_offer", message = message }
end

-- issue throws for a wrong argument; one bad record among a million is that record's
-- failure and nobody else's.
local function issue_one(run, record)
  local ok, result, err = pcall(run.issue, run.client, record)
  if not ok then result, err = nil, errors.is_error(result) and result or invalid_record(result) end
  run.under_way = run.under_way - 1
  run.last = run.last + 1
  run.completed[run.last] = { record, result, err }
  local consumer = run.consumer
  if consumer then
    run.consumer = nil
    loop.wake(consumer)
  end
end

local function top_up(run)
  while not run.exhausted and run.under_way < run.concurrency do
    local record = run.next_record()
    if record == nil then
      run.exhausted = true
    else
      run.under_way = run.under_way + 1
      loop.spawn(issue_one, run, record)
    end
  end
end

local function take(run)
  local item = run.completed[run.first]
  run.completed[run.first] = nil
  run.first = run.first + 1
  return item[1], item[2], item[3]
end

--- An iterator of record, result, err in order of completion. Records are read as they
--- are needed; nothing is started while nobody asks for results.
---@param client credenco.Client
---@param issue fun(client: credenco.Client, record: table): table?, credenco.Error?
---@param records table[]|fun(): table?
---@param concurrency integer
---@return fun(): table?, table?, credenco.Error?
function M.issue(client, issue, records, concurrency)
  local run = {
    client = client,
    issue = issue,
    next_record = next_of(records),
    concurrency = concurrency,
    under_way = 0,
    completed = {},
    first = 1,
    last = 0,
  }
  return function()
    top_up(run)
    while run.first > run.last and run.under_way > 0 do
      run.consumer = loop.self()
      loop.wait(run.consumer)
    end
    if run.first <= run.last then return take(run) end
  end
end

return M
