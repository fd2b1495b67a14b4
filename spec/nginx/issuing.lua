-- For specs inside nginx: a request that issues at the issuer its arguments name.
local cjson = require "cjson"
local credenco = require "credenco"

local M = {}

local clients = {} -- base_url -> client

local function client_at(base_url, grace_ms, transport)
  clients[base_url] = clients[base_url] or credenco.new {
    base_url = base_url, api_key = "k", exit_grace_ms = tonumber(grace_ms), transport = transport,
  }
  return clients[base_url]
end

function M.handle()
  local args = ngx.req.get_uri_args()
  local result, err = client_at(args.at, args.grace, args.transport):issue_direct {
    wallet_key = "w", template_id = "t", claims = { a = "b" }, correlation_id = args.id,
  }
  ngx.print(cjson.encode { id = args.id, ok = result ~= nil, code = err and err.code, sent = err and err.sent })
end

local asked = 0

--- Asks for two statuses, one after the other, with a pause between them.
function M.ask_twice()
  local args = ngx.req.get_uri_args()
  local client = client_at(args.at)
  local _, first = client:issue_status "1"
  asked = asked + 1
  ngx.sleep(args.pause_ms / 1000)
  local _, second = client:issue_status "2"
  ngx.print(first.http_status, " ", second.http_status)
end

--- How many have had the first of two answers.
function M.asked()
  return asked
end

--- The engine that all clients of this worker share.
function M.engine()
  local _, client = next(clients)
  return client.transport.engine
end

--- How many transfers of an engine somebody waits for.
---@param engine credenco.CurlEngine
---@return integer
function M.waiting_for(engine)
  local count = 0
  for _ in pairs(engine.entries) do count = count + 1 end
  return count
end

--- What this worker has in flight.
function M.in_flight()
  local sum, seen = 0, {}
  for _, client in pairs(clients) do
    local engine = client.transport.engine
    if engine and not seen[engine] then sum = sum + M.waiting_for(engine) end
    seen[engine or client] = true
  end
  return sum
end

--- Issues so many records.
---@param given { [1]: string, [2]: integer }  base_url, count
---@return integer failed
---@return number kib  what Lua holds when all is done
function M.many(given)
  local started, failed = 0, 0
  local function records()
    started = started + 1
    if started > given[2] then return nil end
    return { wallet_key = "w", template_id = "t", claims = { n = started } }
  end
  for _, result in client_at(given[1]):issue_many(records, { concurrency = 64 }) do
    if not result then failed = failed + 1 end
  end
  collectgarbage()
  collectgarbage()
  return failed, collectgarbage "count"
end

return M
