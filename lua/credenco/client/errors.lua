--- Errors: tables with stable fields. Their tostring is one readable line that says what happened, in which step,
--- whether anything was sent, and what to do.

local failures = require "credenco.client.failures"
local redaction = require "credenco.client.redaction"
local steps = require "credenco.client.failed_steps"
local texts = require "credenco.client.server_text"

---@class credenco.Error
---@field code string          stable, for programs; see failures.lua
---@field message string       one line for people
---@field step string          token, create_offer, offer_uri, push_offer, issue_status, trust_issuer or request
---@field sent "no"|"rejected"|"unknown"  whether the server may have acted on it
---@field retryable boolean    whether the same call may succeed later
---@field http_status integer? the status of the last response
---@field attempts integer     requests made for this step
---@field retry_after_ms integer?  the wait that the last response asked for
---@field quota_spent true?     the call was not repeated, because the client's quota of repeats was used up
---@field correlation_id string?
---@field detail string?       the server's own message, shortened, without secrets
---@field status string?       issue_failed and timeout of wait_issued: the last issue status, shown like `detail`
local Error = {}
Error.__index = Error
Error.__name = "credenco.Error"

local M = {}

-- An offer is a bearer secret, so it is kept beside its error, where no dump of the error shows it.
local offers = setmetatable({}, { __mode = "k" })

-- The fields that an error was made from, to make another error like it.
local sources = setmetatable({}, { __mode = "k" })

local DETAIL_MAX = 500

local SENT = {
  no = "nothing reached the server",
  rejected = "the server did not do it",
  unknown = "it was sent, and the outcome is unknown",
}

local QUOTA = "; not repeated, because many calls of this client have failed and its quota of repeats is used up"

local function consequence(fields)
  local text = SENT[fields.sent]
  if fields.quota_spent then text = text .. QUOTA end
  local step = steps[fields.step]
  if fields.sent == "unknown" and step and step.when_unknown then text = text .. "; " .. step.when_unknown end
  return text
end

local function compose(fields)
  local failure = failures[fields.code]
  local what = fields.message or failure and failure.message or fields.code
  if type(what) == "function" then what = what(fields.step, fields.http_status) end
  local status = fields.http_status and (" (HTTP %d)"):format(fields.http_status) or ""
  return ("%s%s; %s"):format(what, status, consequence(fields))
end

--- Makes an error value.
---@param fields table  code, step, sent and the other known fields; message replaces the first sentence of the code's
---@return credenco.Error
function M.new(fields)
  local err = {}
  for name, value in pairs(fields) do err[name] = value end
  err.sent = err.sent or "no"
  err.attempts = err.attempts or 0
  err.retryable = err.retryable or false
  err.message = compose(err)
  sources[err] = fields
  return setmetatable(err, Error)
end

--- The same error with some fields changed.
---@param err credenco.Error
---@param changes table
---@return credenco.Error
function M.with(err, changes)
  local fields = {}
  for name, value in pairs(sources[err]) do fields[name] = value end
  for name, value in pairs(changes) do fields[name] = value end
  return M.new(fields)
end

function Error:__tostring()
  local attempts = self.attempts > 1 and (", %d attempts"):format(self.attempts) or ""
  local id = self.correlation_id and (", correlation_id %s"):format(self.correlation_id) or ""
  local detail = self.detail and (": " .. self.detail) or ""
  return ("credenco: %s: %s [%s%s%s]%s"):format(
    self.step, self.message, self.code, attempts, id, detail)
end

--- Returns the offer that was created before the failure, if it can still be delivered.
--- Anyone who has the offer can take the credential, so no field of the error holds it.
---@return { correlation_id: string, request_uri: string, offer_uri: string, status_uri: string? }?
function Error:offer()
  return offers[self]
end

---@param err credenco.Error
---@param offer table
function M.keep_offer(err, offer)
  offers[err] = offer
end

--- True for a value made by this module.
---@param value any
---@return boolean
function M.is_error(value)
  return getmetatable(value) == Error
end

-- The server's message --------------------------------------------------------

--- The server's message in a form that is safe to show: one line, bounded, without URLs and without the secrets
--- (strings, or tables of them at any depth).
---@param text string
---@param secrets table
---@return string?
function M.bounded_detail(text, secrets)
  text = redaction.redact(text, secrets, 4 * DETAIL_MAX):gsub("[%c\127]+", " "):gsub("^%s+", ""):gsub("%s+$", "")
  if #text > DETAIL_MAX then text = texts.valid_utf8(text:sub(1, DETAIL_MAX - 3)) .. "..." end
  return text ~= "" and texts.valid_utf8(text) or nil
end

return M
