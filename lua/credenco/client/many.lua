--- Many issues at the same time, up to a limit, with their results in the order in which they end.

local errors = require "credenco.client.errors"
local fifo = require "credenco.base.fifo"
local loop = require "credenco.loop"
local thrown_text = require "credenco.base.thrown"

local M = {}

--- Says why the records cannot be issued, or nil: this is a single record, or a list with a hole.
---@param records any
---@return string?
function M.problem_with(records)
  if type(records) == "function" then return nil end
  if type(records) ~= "table" then return "records must be a list or a function, not " .. type(records) end
  local count = 0
  for key in pairs(records) do
    if type(key) ~= "number" then return "records must be a list or a function, not a single record" end
    count = count + 1
  end
  for i = 1, count do
    if records[i] == nil then return "records must be a list without holes" end
  end
end

local function next_of(records)
  if type(records) == "function" then return records end
  local i = 0
  return function()
    i = i + 1
    return records[i]
  end
end

local function invalid_record(problem)
  local message = thrown_text(problem):gsub("^[^\n]-:%d+: ", "") -- without the position in our own code
  return errors.new { code = "invalid_argument", step = "create_offer", message = message }
end

local function completed(run, record, result, err, thrown)
  run.in_flight = run.in_flight - 1
  run.completed:push { record, result, err, thrown }
  local consumer = run.consumer
  if consumer then
    run.consumer = nil
    loop.wake(consumer)
  end
end

-- A record with invalid arguments is a failure of that record alone. Any other error is a bug, and is thrown again
-- where the result is asked for.
local function issue_one(run, record)
  local valid, problem = pcall(run.check, record)
  if not valid then return completed(run, record, nil, invalid_record(problem)) end
  local ok, result, err = pcall(run.issue, run.client, record)
  if not ok then return completed(run, record, nil, nil, result) end
  completed(run, record, result, err)
end

-- After so many starts, other users of the event loop get a turn.
local STARTS_AT_ONCE = 16

-- Results that nobody has taken yet count as in flight, so that this reads no more records than are asked for.
local function top_up(run)
  local started = 0
  while not run.exhausted and run.in_flight + run.completed:count() < run.concurrency do
    local record = run.next_record()
    if record == nil then
      run.exhausted = true
    else
      run.in_flight = run.in_flight + 1
      started = started + 1
      loop.spawn(issue_one, run, record)
      if loop.breathe and started % STARTS_AT_ONCE == 0 then loop.breathe() end
    end
  end
end

local function take(run)
  local item = run.completed:pop()
  if item[4] then error(item[4], 0) end
  return item[1], item[2], item[3]
end

-- If the loop cannot wait here, no record is begun, and each is returned with the reason.
local function cannot_wait()
  local ready, why = loop.ready()
  if not ready then return errors.new { code = "cannot_wait", step = "create_offer", message = why } end
end

local function unsent(run, err)
  local record = not run.exhausted and run.next_record() or nil
  if record then return record, nil, err end
  run.exhausted = true
end

--- An iterator of record, result, err in the order in which issues end. It reads records as they are needed, and starts
--- nothing until a result is asked for. It serves one task.
---@param client credenco.Client
---@param check fun(record: table)  throws for a record that cannot be issued
---@param issue fun(client: credenco.Client, record: table): table?, credenco.Error?
---@param records table[]|fun(): table?
---@param concurrency integer
---@return fun(): table?, table?, credenco.Error?
function M.issue(client, check, issue, records, concurrency)
  local run = {
    client = client,
    check = check,
    issue = issue,
    next_record = next_of(records),
    concurrency = concurrency,
    in_flight = 0,
    completed = fifo.new(),
  }
  return function()
    local err = cannot_wait()
    if err then return unsent(run, err) end
    top_up(run)
    while run.completed:is_empty() and run.in_flight > 0 do
      run.consumer = loop.self()
      loop.wait(run.consumer)
    end
    if not run.completed:is_empty() then return take(run) end
  end
end

return M
