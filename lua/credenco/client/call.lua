--- How one call of the API is made: what it carries, and its flow from start to end.

local core = require "credenco.core"
local errors = require "credenco.client.errors"
local exchange = require "credenco.client.exchange"
local json = require "credenco.base.json"
local loop = require "credenco.loop"

local M = {}

-- Why nothing can be sent: the client is closed, or nginx is in a phase that cannot wait.
local function unready(client, step)
  if client.closed then return errors.new { code = "closed", step = step } end
  local ready, why = loop.ready()
  if not ready then return errors.new { code = "cannot_wait", step = step, message = why } end
end

-- A flow that nobody uses. They are kept for the next call.
local function take_flow(client, step)
  local err = unready(client, step)
  if err then return nil, err end
  local flows = client.flows
  local flow = flows[#flows]
  if not flow then return client.context:flow() end
  flows[#flows] = nil
  return flow
end

-- Runs a flow that was started. What it holds can be asked for until the next call takes it.
local function run(client, flow, call)
  local done, err = exchange.run(client, flow, call)
  client.flows[#client.flows + 1] = flow
  return done, err
end

--- A call that begins now. What it has is named here once, with room for it.
---@param client credenco.Client
---@param timeout_ms integer?
---@param body string?
---@param correlation_id string?
---@param secrets any
---@return credenco.Call
function M.new(client, timeout_ms, body, correlation_id, secrets)
  return {
    deadline_ms = loop.now_ms() + (timeout_ms or client.options.timeout_ms),
    body = body, correlation_id = correlation_id, secrets = secrets,
    headers = false, answer = false, offer = false, trouble = false,
  }
end

--- One call: what its reader made of the answer, or nil and an error.
---@param client credenco.Client
---@param step string
---@param url string
---@param call credenco.Call
---@param repeatable boolean  it may be made again although the answer was lost
---@return table?
---@return credenco.Error?
function M.single(client, step, url, call, repeatable)
  local flow, err = take_flow(client, step)
  if not flow then return nil, err end
  flow:start_call(step, url, call.deadline_ms, repeatable)
  local done, failure = run(client, flow, call)
  if done then return call.answer end
  return nil, failure
end

--- Asks for an offer.
---@param client credenco.Client
---@param call credenco.Call
---@return string? offer_uri
---@return credenco.Error? err
function M.offer(client, call)
  local flow, err = take_flow(client, "create_offer")
  if not flow then return nil, err end
  flow:start_offer(call.deadline_ms)
  local done, failure = run(client, flow, call)
  if done then return flow:offer_uri() end
  return nil, failure
end

--- Pushes an offer.
---@param client credenco.Client
---@param call credenco.Call
---@param wallet_key string
---@param offer_uri string
---@param direct boolean
---@return table? answer
---@return credenco.Error? err
function M.push(client, call, wallet_key, offer_uri, direct)
  local flow, err = take_flow(client, "push_offer")
  if not flow then return nil, err end
  flow:start_push(wallet_key, offer_uri, direct, call.deadline_ms)
  local done, failure = run(client, flow, call)
  if done then return call.answer end
  return nil, failure
end

--- Asks for an offer and pushes it.
---@param client credenco.Client
---@param call credenco.Call
---@param wallet_key string
---@return string? offer_uri
---@return credenco.Error? err
---@return string? made the offer that could not be pushed
function M.both(client, call, wallet_key)
  local flow, err = take_flow(client, "create_offer")
  if not flow then return nil, err end
  flow:start_issue(wallet_key, call.deadline_ms)
  local done, failure = run(client, flow, call)
  if done then return flow:offer_uri() end
  return nil, failure, flow:offer_uri()
end

---@param client credenco.Client
---@param step string
---@param id string?
---@return string url
function M.endpoint(client, step, id)
  return (assert(core.endpoint_url(step, client.options.base_url, id or "")))
end

--- The JSON of a body, or the error that says what in it cannot be sent.
---@param value any
---@param step string
---@param correlation_id string?
---@param label string  names the caller's own value, whose levels count; "" when our own object is around it
---@return string?
---@return credenco.Error?
function M.encoded(value, step, correlation_id, label)
  local body, problem, path = json.encode(value, label == "" and 1 or 0)
  if body then return body end
  return nil, errors.new {
    code = "invalid_claims", step = step, correlation_id = correlation_id,
    message = ("%s: %s"):format((label .. path):gsub("^%.", ""):gsub("[%c\127]", "?"), problem),
  }
end

return M
