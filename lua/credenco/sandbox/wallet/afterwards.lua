--- Exchanges that run after the response to a delivery. nginx drops a timer if too many run (`lua_max_running_timers`),
--- and reports it only in its log. So the exchanges of a worker queue. If the queue is long, deliveries wait for their
--- response, so that offers do not expire in the queue.
local fifo = require "credenco.base.fifo"
local store = require "credenco.sandbox.ground.store"

local M = {}

local MOST, MOST_UNDER_WAY = 64, 256
local LOOK_EVERY_S = 0.02

-- Of this worker: the queue, the number of exchanges that wait or run, and the number of timers for them.
local waiting = fifo.new()
local under_way, timers = 0, 0

-- Each worker has its own entry in the store. The next worker with this number begins again.
local function key_of(worker)
  return "exchanges-under-way:" .. worker
end

-- If memory is full, the count is updated later.
local function publish()
  pcall(store.set, key_of(ngx.worker.id()), under_way)
end

local run_next

-- nginx refuses the timer when the worker exits.
local function dispatch()
  while timers < MOST and timers < under_way and ngx.timer.at(0, run_next) do
    timers = timers + 1
  end
end

function run_next()
  local ok, err = pcall(waiting:pop())
  if not ok then
    ngx.log(ngx.ERR, "an exchange after the response: ", type(err) == "table" and err[1] or err)
  end
  timers, under_way = timers - 1, under_way - 1
  publish()
  dispatch()
end

--- Runs a function soon, when few others run. Returns when not too many wait.
---@param work fun()
function M.run(work)
  while under_way >= MOST_UNDER_WAY do
    ngx.sleep(LOOK_EVERY_S)
  end
  under_way = under_way + 1
  waiting:push(work)
  publish()
  dispatch()
end

--- The number of exchanges that wait or run, in all workers.
---@return integer
function M.under_way()
  local count = 0
  for worker = 0, ngx.worker.count() - 1 do
    count = count + (store.get(key_of(worker)) or 0)
  end
  return count
end

return M
