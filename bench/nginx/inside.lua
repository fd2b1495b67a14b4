-- The part of the benchmark that runs inside nginx.
local core = require "credenco.core"
local credenco = require "credenco"

local M = {}

local RECORD = { wallet_key = "w", template_id = "t", claims = { id = "90004760", name = "CoolSoft B.V." } }

local busy = { running = false, issued = 0, failed = 0 }

local function client_at(base_url)
  return credenco.new { base_url = base_url, api_key = "k", timeout_ms = 60000, connection_cache = 4096 }
end

local function endless()
  return busy.running and RECORD or nil
end

local function keep_issuing(_, base_url, in_flight)
  for _, result in client_at(base_url):issue_many(endless, { concurrency = in_flight }) do
    if result then busy.issued = busy.issued + 1 else busy.failed = busy.failed + 1 end
  end
end

--- Issues without end in the background, so many at once.
---@param given { url: string, in_flight: integer }
function M.begin(given)
  busy.running, busy.issued, busy.failed = true, 0, 0
  assert(ngx.timer.at(0, keep_issuing, given.url, given.in_flight))
end

--- Ends that when the calls in flight have ended.
---@return integer issued
---@return integer failed
function M.finish()
  busy.running = false
  return busy.issued, busy.failed
end

local function unload()
  local unloaded = {}
  for name, module in pairs(package.loaded) do
    if name:find "^credenco" then unloaded[name] = module end
  end
  for name in pairs(unloaded) do package.loaded[name] = nil end
  return unloaded
end

-- A copy of the module that waits as it does in plain Lua: it blocks.
local function blocking_module()
  local kept = unload()
  package.loaded["credenco.loop"] = require "credenco.loop.plain"
  local copy = require "credenco"
  local curl = require "credenco.transport.curl"
  unload()
  for name, module in pairs(kept) do package.loaded[name] = module end
  return copy, curl
end

--- One issue after the other with a client that blocks the worker, until so many are done.
---@param given { url: string, count: integer }
function M.block(given)
  local module, curl = blocking_module()
  local client = module.new { base_url = given.url, api_key = "k", timeout_ms = 60000, transport = curl.new {} }
  assert(ngx.timer.at(0, function()
    for _ = 1, given.count do
      assert(client:issue_direct(RECORD))
      ngx.sleep(0.01)
    end
  end))
end

local example

--- examples/openresty/issue.lua once more, over nginx's own sockets.
---@return table
function M.cosocket_example()
  if example then return example end
  local kept, new = package.loaded.issue, credenco.new
  function credenco.new(options)
    options.transport = "cosocket"
    return new(options)
  end
  package.loaded.issue = nil
  example = require "issue"
  package.loaded.issue, credenco.new = kept, new
  return example
end

--- Measures one issue while nothing else is in flight; runs in plain Lua, too.
---@param given { url: string, count: integer }
---@return number ms
function M.latency(given)
  local client = client_at(given.url)
  for _ = 1, 2 do assert(client:issue_direct(RECORD)) end
  local began = core.now_ms()
  for _ = 1, given.count do assert(client:issue_direct(RECORD)) end
  return (core.now_ms() - began) / given.count
end

return M
