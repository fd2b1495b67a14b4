--- The client: the calls of the Credenco API as methods.
---
--- A wrong argument throws. Any other failure is nil and a credenco.Error.

local api = require "credenco.client.api"
local arguments = require "credenco.client.arguments"
local auth = require "credenco.client.auth"
local calls = require "credenco.client.call"
local core = require "credenco.core"
local issue = require "credenco.client.issue"
local listeners = require "credenco.base.listeners"
local many = require "credenco.client.many"
local options = require "credenco.base.options"
local own_headers = require "credenco.client.own_headers"
local pause = require "credenco.client.pause"
local query_text = require("credenco.client.query").text
local secrets = require "credenco.client.auth.secret"
local settings = require "credenco.client.given_options"
local status = require "credenco.client.status"
local token_request = require "credenco.client.auth.token_request"

local check = options.check

---@class credenco.Client
local Client = {}
Client.__index = Client
Client.__name = "credenco.Client"

local M = {}

-- Offers ----------------------------------------------------------------------

--- Creates a credential offer (OpenID4VCI 1.0, 4.1.3). For a holder who is present, give `qr_code` or `request_uri_base`.
---@param args credenco.OfferArguments
---@return credenco.Offer?
---@return credenco.Error? err `invalid_claims` if JSON cannot hold a claim; a code such as `invalid_offer_uri` if the offer
---  was created, but cannot be delivered; or any failure of the request
function Client:create_offer(args)
  check("create_offer", arguments.create_offer, args, 2)
  local offer, err = issue.create_offer(self, args)
  return offer, err
end

--- The same for a caller that has checked the arguments (credenco.pipeline) and needs only the URI.
---@param args { template_id: string, claims: table, correlation_id: string? }
---@return string? offer_uri
---@return credenco.Error? err
function Client:create_checked_offer(args)
  local offer, err = issue.create_offer(self, args)
  if not offer then return nil, err end
  return offer.offer_uri
end

--- Delivers an offer to a wallet. This needs no credentials, so the client sends none. With direct = false the offer
--- goes to the inbox, for the holder to accept. A 201 does not show whether the wallet keeps the credential: a wallet
--- silently discards credentials from an issuer that is not one of its trusted contacts.
---@param args credenco.PushArguments
---@return { http_status: integer }?
---@return credenco.Error? err if `sent` is "unknown", deliver the same offer again: a wallet takes an offer once
function Client:push_offer(args)
  check("push_offer", arguments.push_offer, args, 2)
  return self:push_checked_offer(args.wallet_key, args.offer_uri, args.direct ~= false, args.timeout_ms,
    args.traceparent)
end

--- The same for a caller that has checked the arguments (credenco.pipeline).
---@param wallet_key string
---@param offer_uri string
---@param direct boolean
---@param timeout_ms integer?
---@param traceparent string?
---@return { http_status: integer }?
---@return credenco.Error? err
function Client:push_checked_offer(wallet_key, offer_uri, direct, timeout_ms, traceparent)
  local call = calls.new(self, timeout_ms, nil, traceparent)
  call.offer_uri = offer_uri
  return issue.push_offer(call, wallet_key, direct)
end

--- Issues a credential straight into a wallet: creates the offer and delivers it, under
--- one deadline. If only the delivery failed, err:offer() returns the offer: deliver it
--- again with push_offer.
---@param args credenco.IssueArguments
---@return credenco.Issue?
---@return credenco.Error? err its `step` is the call that failed: `create_offer`, `offer_uri` or `push_offer`
function Client:issue_direct(args)
  check("issue_direct", arguments.issue_direct, args, 2)
  return issue.direct(self, args)
end

local function check_record(record)
  check("issue_direct", arguments.issue_direct, record, 2)
end

--- Issues many records, given as a list or as a function that returns one after the
--- other. Each record is a table of arguments of issue_direct. At most `concurrency`
--- issues run at the same time.
---
---     for record, result, err in client:issue_many(records) do ... end
---
---@param records credenco.IssueArguments[]|fun(): credenco.IssueArguments? a list without holes, or a function
---@param opts { concurrency: integer? }? 1 to 100000; default 64
---@return fun(): credenco.IssueArguments?, credenco.Issue?, credenco.Error?  in the order in which the issues end; a record
---  with a wrong argument has the error `invalid_argument`
function Client:issue_many(records, opts)
  local problem = many.problem_with(records)
  if problem then error("issue_many: " .. problem, 2) end
  local read = options.read("issue_many", arguments.issue_many, opts or {}, 2)
  return many.issue(self, check_record, issue.direct, records, read.concurrency)
end

-- After the delivery -------------------------------------------------------------

local function as_issue(what, id_or_result, level)
  local args = id_or_result
  if type(args) ~= "table" then args = { correlation_id = args } end
  check(what, arguments.issue_status, { correlation_id = args.correlation_id, status_uri = args.status_uri }, level + 1)
  return args
end

--- Returns the status of an issue. It shows the issuer's progress, but not whether the wallet kept the credential.
---@param id_or_result string|credenco.Offer|credenco.Issue  a correlation id, or a result of create_offer or issue_direct
---@param opts credenco.CallOptions?
---@return credenco.IssueStatus?
---@return credenco.Error? err `not_found` if the issuer does not know the id
function Client:issue_status(id_or_result, opts)
  if opts ~= nil then check("issue_status", arguments.issue_status_options, opts, 2) end
  opts = opts or {}
  return status.ask(self, as_issue("issue_status", id_or_result, 2), opts.timeout_ms, opts.traceparent)
end

--- Asks for the status until it is final. An unknown status counts as not finished.
---@param id_or_result string|credenco.Offer|credenco.Issue  as for issue_status
---@param opts credenco.WaitOptions?
---@return credenco.IssueStatus?
---@return credenco.Error? err  `issue_failed`; `timeout`, with the last status in err.status; or the error of the last request
function Client:wait_issued(id_or_result, opts)
  local args = as_issue("wait_issued", id_or_result, 2)
  local read = options.read("wait_issued", arguments.wait_issued, opts or {}, 2)
  return status.wait(self, args, read)
end

--- Makes an issuer a trusted contact of a wallet, with that wallet's credentials. After a lost response, the client reads
--- the wallet's contacts and repeats the call only if the contact is missing.
---@param args credenco.TrustArguments
---@return credenco.Contact?
---@return credenco.Error? err if `sent` is "unknown", look at the wallet's contacts before you repeat the call
function Client:trust_issuer(args)
  check("trust_issuer", arguments.trust_issuer, args, 2)
  local body, err = calls.encoded(api.trust_issuer.body(args), "trust_issuer", nil, "")
  if not body then return nil, err end
  return calls.new(self, args.timeout_ms, nil, args.traceparent):perform(
    api.trust_issuer, api.url(self.starts, api.trust_issuer, args.wallet_key), body)
end

-- Other endpoints ----------------------------------------------------------------

local IDEMPOTENT = { GET = true, HEAD = true, PUT = true, DELETE = true, OPTIONS = true }

--- Calls an endpoint for which the client has no method, with the client's credentials.
--- After a lost response, the client repeats the call only if its HTTP method is
--- idempotent (RFC 9110, 9.2.2).
---@param args credenco.RequestArguments
---@return credenco.Response?
---@return credenco.Error? err
function Client:request(args)
  check("request", arguments.request, args, 2)
  local method, body = args.method or "GET", nil
  if args.json ~= nil then
    local problem
    body, problem = calls.encoded(args.json, "request", nil, "json")
    if not body then return nil, problem end
  end
  local query = query_text(args.query)
  local whole = query and self.options.base_url .. args.path .. query
  if not whole or #whole > core.URL_MAX then
    error(("request: path and query make a URL of more than %d bytes"):format(core.URL_MAX), 2)
  end
  local call = calls.new(self, args.timeout_ms, nil, args.traceparent)
  call.method = method
  return call:perform(IDEMPOTENT[method] and api.idempotent_request or api.request, whole, body)
end

--- For another event loop (libuv, cqueues, ...): returns a descriptor. It is readable
--- when `turn(0)` of `credenco.loop` has something to do for this client. Returns nil if
--- the transport has no descriptor. See examples/event_loop.lua.
---@return integer? descriptor
function Client:pollfd()
  return self.transport.pollfd and self.transport:pollfd()
end

--- The same client for credenco.pipeline, which decides itself about repeats: it sends a request once, or twice if a
--- token had to be renewed. Closing one closes both.
---@return credenco.Client
function Client:without_retries()
  local retry = self.options.retry
  local context = core.context(1, retry.base_ms, retry.cap_ms, self.observers)
  return setmetatable({ flows = {}, context = context }, { __index = self })
end

--- Closes the connections, and a transport of your own if it has a method `close`.
--- Calls that have not ended fail with the error `closed`.
function Client:close()
  self.closed = true
  if self.transport.close then self.transport:close() end
  pause.finish(self.waiting)
end

-- Construction -------------------------------------------------------------------

local function new_transport(read)
  if type(read.transport) == "table" then return read.transport end
  return require("credenco.transport." .. read.transport).new(read)
end

local function new_oauth2(self, oauth2, level)
  local request, problem = token_request.new(oauth2)
  if not request then error("credenco.new oauth2: " .. problem, level + 1) end
  return auth.oauth2(oauth2, request, function()
    local call = calls.new(self)
    call.token_request, call.traceparent = request, false -- it serves calls of many traces
    return call:perform(api.token, oauth2.token_url)
  end, self.options.timeout_ms)
end

local function new_auth(self, read, level)
  if read.api_key or read.api_key_file then
    local key, problem = secrets.from(read, "api_key")
    if not key then error("credenco.new: " .. problem, level + 1) end
    return auth.api_key(key, read.auth_scheme)
  end
  if not read.oauth2 then return auth.nobody() end
  local made = new_oauth2(self, read.oauth2, level + 1) -- not a tail call: error levels count
  return made
end

--- Makes a client. A wrong option throws an error at the caller's level.
---@param given credenco.Options
---@param level integer of the caller, as `error` counts it
---@return credenco.Client
function M.new(given, level)
  local read = settings.read(given, level + 1)
  local self = setmetatable({ options = read, flows = {}, waiting = pause.new(), closed = false }, Client)
  self.own_headers = read.headers and own_headers.new(read.headers, read.base_url)
  self.auth = new_auth(self, read, level + 1)
  self.listener = read.on_event and listeners.of(read.on_event) or false
  self.observers = read.on_event and listeners.observers_of(read.on_event) or false
  self.transport = new_transport(read)
  self.starts = api.starts(read)
  self.context = core.context(read.retry.max_attempts, read.retry.base_ms, read.retry.cap_ms,
    self.observers)
  return self
end

return M
