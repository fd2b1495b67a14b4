--- Counts and times the calls and requests of clients, for Prometheus.
---
---     local metrics = require("credenco.metrics").new {}
---     local client = credenco.new { on_event = metrics.on_event, ... }
---     print(metrics:text())
---
--- In nginx, all workers share the metrics in a shared dictionary:
---
---     metrics = require("credenco.metrics").new { dict = "metrics" }
---     location = /metrics { content_by_lua_block { metrics:serve() } }

local core = require "credenco.core"
local families = require "credenco.metrics.families"
local listeners = require "credenco.base.listeners"
local options = require "credenco.base.options"
local series = require "credenco.metrics.series"
local text = require "credenco.metrics.exposition"

local M = {}

---@class credenco.MetricsOptions
---@field dict string?  nginx: a lua_shared_dict that you use for nothing else; 1 MB is enough. Default: the memory of this process

local SPEC = { dict = { type = "string" } }

---@class credenco.Metrics
---@field on_event fun(event: credenco.Event)  the option for `credenco.new`, for any number of clients
---@field private store credenco.metrics.Store
---@field private shares boolean  several processes use the store
---@field private read_tally function?  if not: reads what the core has counted, which is cheaper
---@field private keys table<string, table>  by step
---@field private gauges { family: credenco.metrics.Family, read: function }[]
---@field private names table<string, true>  of all metrics: a name that comes twice makes the whole text unreadable
---@field private in_flight integer  of this process
local Metrics = {}
Metrics.__index = Metrics

local BOUNDS_MS = families.REQUEST_SECONDS.bounds_ms
local IN_FLIGHT = series.key(families.IN_FLIGHT, "")

-- Counting -------------------------------------------------------------------------

-- The keys of numbers that were used before, by step. Making a key takes longer than all else.
local function keys_of(self, step)
  local labels = series.labels { step = step }
  local keys = { requests = {}, buckets = {}, sum = series.key(families.REQUEST_SECONDS, labels, "sum"),
    ok = series.key(families.CALLS, series.labels { step = step, code = "ok", sent = "yes" }),
    abandoned = series.key(families.ABANDONED, labels), wait = series.key(families.WAIT_SECONDS, labels) }
  for at = 1, #BOUNDS_MS + 1 do keys.buckets[at] = series.key(families.REQUEST_SECONDS, labels, at) end
  self.keys[step] = keys
  return keys
end

local function request_key(keys, step, code)
  local key = series.key(families.REQUESTS, series.labels { step = step, code = code })
  keys.requests[code] = key
  return key
end

local function bucket_of(elapsed_ms)
  local at = 1
  while BOUNDS_MS[at] and elapsed_ms > BOUNDS_MS[at] do at = at + 1 end
  return at
end

-- A store of only this process is updated when it is read.
local function move_in_flight(self, by)
  self.in_flight = self.in_flight + by
  if self.shares then self.store:keep_own(IN_FLIGHT, self.in_flight) end
end

-- The response or loss of a request.
local function ended(self, keys, step, code, ok, elapsed_ms)
  local store = self.store
  move_in_flight(self, -1)
  store:add(keys.requests[code] or request_key(keys, step, code), 1)
  store:add(keys.buckets[bucket_of(elapsed_ms)], 1)
  if elapsed_ms > 0 then store:add(keys.sum, elapsed_ms) end
  if ok then store:add(keys.ok, 1) end
end

-- Takes every event.
local function listener(self)
  return function(_, kind, step, _, _, http_status, ok, elapsed_ms, code, sent, wait_ms)
    if kind == "request" then return move_in_flight(self, 1) end
    local keys = self.keys[step] or keys_of(self, step)
    if kind == "wait" then
      self.store:add(keys.wait, wait_ms)
    elseif kind == "failed" then
      self.store:add(series.key(families.CALLS, series.labels { step = step, code = code, sent = sent }), 1)
    else
      ended(self, keys, step, http_status or code, ok, elapsed_ms)
      if kind == "abandoned" then self.store:add(keys.abandoned, 1) end
    end
  end
end

-- Adds the core's counts to the numbers of a store, and gives the number of its requests in flight.
local function add_tally(self, numbers)
  local function add(key, amount) numbers[key] = (numbers[key] or 0) + amount end
  local rows, in_flight = self.read_tally()
  for _, row in ipairs(rows) do
    local keys, count = self.keys[row.step] or keys_of(self, row.step), 0
    for at, of_bucket in ipairs(row.buckets) do
      count = count + of_bucket
      if of_bucket > 0 then add(keys.buckets[at], of_bucket) end
    end
    add(keys.requests[row.http_status] or request_key(keys, row.step, row.http_status), count)
    if row.sum_ms > 0 then add(keys.sum, row.sum_ms) end
    if row.ok then add(keys.ok, count) end
  end
  add(IN_FLIGHT, in_flight)
end

-- All numbers by their keys.
local function numbers_of(self)
  self.store:keep_own(IN_FLIGHT, self.in_flight)
  local numbers = self.store:read()
  if self.read_tally then add_tally(self, numbers) end
  return numbers
end

-- Showing --------------------------------------------------------------------------

-- A gauge's function gives a number, or a list of numbers with labels.
local function read_gauge(gauge)
  local value = gauge.read()
  if type(value) == "number" then return { [""] = { [""] = value } } end
  return text.by_labels(value or {})
end

--- Adds a metric of your own, such as the length of a queue. `read` is called whenever the metrics are read.
---@param name string  such as "issuer_queue_length"; a name that ends in _total makes a counter
---@param help string one line that describes the metric
---@param read fun(): number|{ labels: table<string, string>, value: number }[]|nil  the value, or one for each set of labels; nil: none now
function Metrics:watch(name, help, read)
  if type(name) ~= "string" or not name:find "^[%a_:][%w_:]*$" then
    error("watch: name must be of letters, digits and underscores", 2)
  end
  if type(help) ~= "string" then error("watch: help must be a string, not " .. type(help), 2) end
  if type(read) ~= "function" then error("watch: read must be a function, not " .. type(read), 2) end
  if self.names[name] then error(("watch: %s exists already"):format(name), 2) end
  self.names[name] = true
  local kind = name:find "_total$" and "counter" or "gauge"
  self.gauges[#self.gauges + 1] = { family = { name = name, type = kind, help = help }, read = read }
end

--- Returns all metrics in Prometheus' text format 0.0.4.
---@return string
function Metrics:text()
  local groups, lines = text.grouped(numbers_of(self)), {}
  groups[families.BUILD_INFO.name] = { [series.labels { version = core.version }] = { [""] = 1 } }
  for _, family in ipairs(families.LIST) do text.add(lines, family, groups[family.name] or {}) end
  for _, gauge in ipairs(self.gauges) do text.add(lines, gauge.family, read_gauge(gauge)) end
  lines[#lines + 1] = ""
  return table.concat(lines, "\n")
end

--- Responds with all metrics to the request that nginx is serving. Call it in the content phase.
function Metrics:serve()
  ngx.header.content_type = text.CONTENT_TYPE
  ngx.print(self:text())
end

-- Making ---------------------------------------------------------------------------

local function names_of(list)
  local names = {}
  for _, family in ipairs(list) do names[family.name] = true end
  return names
end

local function store_of(read)
  if not read.dict then return require("credenco.metrics.store.memory").new() end
  return require("credenco.metrics.store.dict").new(read.dict, function() return ngx.worker.pid() end)
end

--- Makes metrics. A wrong option throws an error.
---@param given credenco.MetricsOptions?
---@return credenco.Metrics
function M.new(given)
  local read = options.read("credenco.metrics.new", SPEC, given or {}, 2)
  local store, problem = store_of(read)
  if not store then error("credenco.metrics.new: dict " .. problem, 2) end
  local self = setmetatable({
    store = store, shares = read.dict ~= nil, keys = {}, gauges = {}, names = names_of(families.LIST), in_flight = 0,
  }, Metrics)
  local listen, observer = listener(self), nil
  if not self.shares then listen, self.read_tally, observer = core.tally(BOUNDS_MS, listen) end
  self.on_event = listeners.on_event(listen, observer and { observer })
  return self
end

return M
