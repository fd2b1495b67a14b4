-- Checks that every peer does the work that is measured: it completes all flows, and the server, which
-- logs in this mode, saw exactly the two requests of each flow, byte for byte.
local cjson = require "cjson"

local records = require "bench.records"
local rounds = require "bench.rounds"
local stub = require "bench.stub"

local M = {}

local SETTINGS = { flows = 300, warmup = 100, concurrency = 16 }
local PUSH = "/api/oidc/offer/%s?directIssue=true&credential_offer_uri=%s%%2Fapi%%2Foidc%%2Fcredential-offer%%2Fabc123"

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key, value in pairs(a) do
    if not same(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

local function expect(condition, request, what)
  if not condition then
    error(("%s: %s %s (%s)"):format(what, request.method, request.uri, cjson.encode(request)), 0)
  end
end

-- Checks of one request: of both kinds, then of each kind.
local function check_common(request)
  expect(request.method == "POST", request, "a POST expected")
  expect(request.accept == "application/json", request, "another accept expected")
  expect(request.agent:find "^credenco/" and #request.agent == #"credenco/x.y.z", request,
    "another user-agent expected")
end

local function check_issue(request, record)
  expect(request.status == 200, request, "status 200 expected")
  expect(request.type == "application/json", request, "a JSON content type expected")
  expect(request.key == "bench", request, "the API key expected")
  expect(same(cjson.decode(request.body), {
    template_id = record.template_id,
    claims = record.claims,
    correlation_id = record.correlation_id,
  }), request, "another body expected")
end

local function check_push(request, record, url)
  expect(request.uri == PUSH:format(record.wallet_key, stub.encoded(url)), request, "another target expected")
  expect(request.status == 201, request, "status 201 expected")
  expect(request.type == "" and request.body == "", request, "no body expected")
  expect(request.key == "", request, "no API key expected")
end

-- How often each record is issued in a run: those of the warm-up and of the measured flows.
local function expected_counts(only_first)
  local counts = {}
  for _, flows in ipairs { SETTINGS.warmup, SETTINGS.flows } do
    for i = 0, flows - 1 do
      local key = records.at(only_first and 0 or i).correlation_id
      counts[key] = (counts[key] or 0) + 1
    end
  end
  return counts
end

local function by_key(field)
  local index = {}
  for i = 0, records.distinct - 1 do
    local record = records.at(i)
    index[record[field]] = record
  end
  return index
end

local by_correlation_id, by_wallet_key = by_key "correlation_id", by_key "wallet_key"

local function record_of(request)
  if request.uri == "/api/v2/credential/issue" then
    return by_correlation_id[cjson.decode(request.body).correlation_id], check_issue
  end
  return by_wallet_key[request.uri:match "^/api/oidc/offer/([^?]*)"], check_push
end

local function check_log(lines, only_first, url)
  local counts = { [check_issue] = {}, [check_push] = {} }
  for _, line in ipairs(lines) do
    local request = cjson.decode(line)
    local record, check = record_of(request)
    expect(record, request, "not a request of a flow")
    check_common(request)
    check(request, record, url)
    local seen = counts[check]
    seen[record.correlation_id] = (seen[record.correlation_id] or 0) + 1
  end
  local expected = expected_counts(only_first)
  if not same(counts[check_issue], expected) then error("not one issue call per flow", 0) end
  if not same(counts[check_push], expected) then error("not one push per flow", 0) end
end

local function check_peer(root, peer, server, options)
  rounds.run_peer(root, peer, options, server)
  server:counters() -- answered after the last request was logged
  check_log(server:take_log(), peer.name == "libcurl-plain", server.url)
end

--- Runs every peer and prints a line for each.
---@param root string
---@param peers bench.Peer[]
---@param tls boolean
---@return boolean whether all of them passed
function M.run(root, peers, tls)
  local server = stub.start { logged = true, tls_by = tls and root or nil }
  local passed, failed = 0, 0
  for _, peer in ipairs(peers) do
    local ok, answer = pcall(check_peer, root, peer, server, SETTINGS)
    if ok then
      passed = passed + 1
      print(("ok      %s: %d flows"):format(peer.name, SETTINGS.flows + SETTINGS.warmup))
    else
      failed = failed + 1
      pcall(server.take_log, server)
      print(("not ok  %s: %s"):format(peer.name, answer))
    end
  end
  server:stop()
  print(("%d passed, %d failed"):format(passed, failed))
  return failed == 0
end

return M
