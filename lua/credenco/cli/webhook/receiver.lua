--- The webhook that gets an event, and the meaning of its response.
local curl = require "credenco.transport.curl"
local errors = require "credenco.client.errors"

local M = {}

local STEP = "webhook_send"

-- The code, and the advice, for each status.
local MEANINGS = {
  [400] = { "rejected", "the webhook does not accept it as an event" },
  [401] = { "unauthorized", "the webhook refused the signature: compare secret, header and name with its options, "
    .. "and this machine's clock with its own" },
  [403] = { "forbidden", "something in front of the webhook refused the request" },
  [404] = { "not_found", "there is no webhook at this address: check the path" },
  [405] = { "rejected", "there is no webhook at this address: it accepts no POST" },
  [409] = { "rejected", "the webhook knows this delivery under another id: wait a second, or send other data" },
  [413] = { "rejected", "the webhook accepts no event of this size" },
  [415] = { "rejected", "the webhook does not read this mode: try with --structured, or without" },
  [429] = { "rate_limited", "the webhook asks for fewer events" },
}

---@class credenco.cli.Receiver
---@field closed boolean?
local Receiver = {}
Receiver.__index = Receiver

---@param ca_file string?
---@return credenco.cli.Receiver
function M.new(ca_file)
  return setmetatable({ transport = curl.new { ca_file = ca_file } }, Receiver)
end

local function refusal(response)
  local status = response.status
  local meaning = MEANINGS[status] or status < 500 and { "rejected", "the webhook did not accept the event" }
    or { "server_error", "the webhook could not accept the event now" }
  return errors.new {
    code = meaning[1], message = meaning[2], step = STEP, http_status = status, attempts = 1,
    sent = status < 500 and "rejected" or "unknown", detail = errors.bounded_detail(response.body, {}),
  }
end

--- Sends a request once.
---@param request table see the transport's contract
---@return { http_status: integer, response: string? }?
---@return credenco.Error? err
function Receiver:send(request)
  local response, failure = self.transport:send(request)
  if not response then
    failure.step, failure.attempts = STEP, 1
    return nil, errors.new(failure)
  end
  if response.status >= 300 then return nil, refusal(response) end
  return { http_status = response.status, response = errors.bounded_detail(response.body, {}) }
end

function Receiver:close()
  self.closed = true
  self.transport:close()
end

return M
