--- How one call of the API is made: what it carries, and its flow from start to end.

local core = require "credenco.core"
local errors = require "credenco.errors"
local exchange = require "credenco.exchange"
local json = require "credenco.json"
local loop = require "credenco.loop"

local M = {}

--- Why nothing can be sent: the client is closed, or nginx is in a phase that cannot wait.
---@param client credenco.Client
---@param step string
---@return credenco.Error?
function M.unready(client, step)
  if client.closed then return errors.new { code = "closed", step = step } end
  local ready, why = loop.ready()
  if not ready then return errors.new { code = "cannot_wait", step = step, message = why } end
end

-- Flows are kept for the next call.
local function take_flow(client)
  local flows = client.flows
  local flow = flows[#flows]
  if not flow then return client.context:flow() end
  flows[#flows] = nil
  return flow
end

--- Starts a flow with its method `start`, which is given the other arguments, and runs it.
---@param client credenco.Client
---@param call credenco.Call
---@param start "start_call"|"start_issue"
---@return boolean? done
---@return credenco.Error? err
---@return string offer_uri  taken from the answer, or ""
function M.carry_out(client, call, start, ...)
  local flow = take_flow(client)
  flow[start](flow, ...)
  local done, err = exchange.run(client, flow, call)
  local offer_uri = flow:offer_uri()
  client.flows[#client.flows + 1] = flow
  return done, err, offer_uri
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
  local err = M.unready(client, step)
  if err then return nil, err end
  local done
  done, err = M.carry_out(client, call, "start_call", step, url, call.deadline_ms, repeatable)
  if done then return call.answer end
  return nil, err
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
