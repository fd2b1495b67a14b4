--- Receives wallet events (CloudEvents 1.0 over HTTP, binary and structured mode) inside nginx: checks
--- the signature, queues the event, responds, and runs a handler in the background.
---
---     local events = require("credenco.webhook").new { secret = ..., dict = "events", handler = ... }
---     init_worker_by_lua_block { events:start() }
---     location = /events { content_by_lua_block { events:receive() } }
---
--- The response is 204 if the event is in the queue, or was received before. After any other
--- response the sender repeats the event. The queue survives a reload. If a worker dies while
--- the handler runs, the handler gets the event again. It runs in a timer, so it may wait.

local events = require "credenco.webhook.event"
local loop = require "credenco.loop"
local options = require "credenco.base.options"
local queue = require "credenco.webhook.queue"
local signature = require "credenco.webhook.signature"
local worker = require "credenco.webhook.worker"

local M = {}

---@class credenco.WebhookOptions
---@field secret string           the secret with which the service signs deliveries
---@field old_secret string?      the previous secret, accepted for an hour after rotated_at
---@field rotated_at integer?     Unix time of the change from old_secret to secret
---@field dict string             a lua_shared_dict that you use for nothing else
---@field handler fun(event: credenco.WalletEvent): any  throws, or returns nil or false and a problem, to be called again
---@field signature_header string?  default "x-credenco-signature"
---@field signature_name string?  default "v1"
---@field signed_text (fun(timestamp: string, body: string): string)?  default: timestamp, a dot, the body
---@field tolerance_s integer?    default 300
---@field max_body_bytes integer? default 65536; at most client_body_buffer_size
---@field queue_size integer?     default 1000
---@field concurrency integer?    handlers that run at the same time, per worker; default 8
---@field max_attempts integer?   default 10, over eight minutes
---@field handler_timeout_s integer?  default 60: how long a handler may wait, see `loop.within`
---@field remember_s integer?     how long the webhook remembers an event's id; default 86400

local OLD_SECRET_S = 3600

-- Enough time to put an event into the queue.
local TAKING_S = 10

M.SPEC = {
  secret = { type = "string", required = true, check = options.clean_text },
  old_secret = { type = "string", check = options.clean_text },
  rotated_at = { type = "integer", min = 0 },
  dict = { type = "string", required = true },
  handler = { type = "function", required = true },
  signature_header = { type = "string", default = signature.HEADER, check = signature.header_problem },
  signature_name = { type = "string", default = signature.NAME, check = options.clean_text },
  signed_text = { type = "function", default = signature.signed_text },
  tolerance_s = { type = "integer", default = 300, min = 1, max = 86400 },
  max_body_bytes = { type = "integer", default = 65536, min = 1, max = 16777216 },
  queue_size = { type = "integer", default = 1000, min = 1, max = 100000 },
  concurrency = { type = "integer", default = 8, min = 1, max = 256 },
  max_attempts = { type = "integer", default = 10, min = 1, max = 1000 },
  handler_timeout_s = { type = "integer", default = 60, min = 1, max = 3600 },
  remember_s = { type = "integer", default = 86400, min = 600, max = 2592000 },
}

---@class credenco.Webhook
local Webhook = {}
Webhook.__index = Webhook

local function secrets_of(read)
  local secrets = { { text = read.secret } }
  if read.old_secret then
    secrets[2] = { text = read.old_secret, until_s = read.rotated_at + OLD_SECRET_S }
  end
  return secrets
end

--- Makes a webhook. A wrong option throws an error.
---@param given credenco.WebhookOptions
---@return credenco.Webhook
function M.new(given)
  local what = "credenco.webhook.new"
  local read = options.read(what, M.SPEC, given, 2)
  if (read.old_secret == nil) ~= (read.rotated_at == nil) then
    error(what .. ": old_secret and rotated_at go together", 2)
  end
  local dict = loop.shared_dict and loop.shared_dict(read.dict)
  if not dict then error(what .. ": dict must name a lua_shared_dict of nginx's configuration", 2) end
  read.secrets = secrets_of(read)
  -- How long a signature may be valid: to the end of its last second.
  read.signed_s = 2 * read.tolerance_s + 1
  read.remember_s = math.max(read.remember_s, read.signed_s)
  local items = queue.new(dict, read.queue_size)
  return setmetatable({
    options = read, dict = dict, queue = items, worker = worker.new(items, read),
  }, Webhook)
end

--- Returns how many events are in the queue: those that wait, and those whose handler runs.
---@return integer
function Webhook:queued()
  return self.queue:length()
end

-- Reading --------------------------------------------------------------------------

local function joined(value)
  return type(value) == "table" and table.concat(value, ",") or value
end

-- A body beyond client_body_buffer_size is in a file, which would block.
local function read_body(max_bytes)
  ngx.req.read_body()
  if ngx.req.get_body_file() then return nil end
  local body = ngx.req.get_body_data() or ""
  return #body <= max_bytes and body or nil
end

-- Responding -----------------------------------------------------------------------

-- An event leaves two marks: its id, and the digest of the signed text. The same digest under another id is a replay,
-- since the signature does not cover the id. The id's mark is false while its event is put into the queue, then true: a
-- value of the same size, for which a full dictionary drops nothing.
local function mark(self, id, digest)
  local dict = self.dict
  local added, problem = dict:safe_add("digest " .. digest, id, self.options.signed_s)
  if not added and problem ~= "exists" then return 503, "no room" end
  if not added and dict:get("digest " .. digest) ~= id then
    return 409, "this delivery repeats another event"
  end
  added, problem = dict:safe_add("id " .. id, false, TAKING_S)
  if added then return nil end
  if problem ~= "exists" then return 503, "no room" end
  if dict:get("id " .. id) then return 204 end
  return 503, "another request is queueing this event"
end

local function unmark(self, id, digest)
  self.dict:delete("id " .. id)
  self.dict:delete("digest " .. digest)
end

local function queue_event(self, event, text, digest)
  if not self.queue:put(text) then
    unmark(self, event.id, digest)
    return 503, "the queue is full"
  end
  self.dict:safe_set("id " .. event.id, true, self.options.remember_s)
  self.worker:wake()
  return 204
end

-- nginx does not show more header fields than that, and an attribute may be among them.
local HEADERS_MAX = 100

--- Handles one delivery.
---@return integer status
---@return string? problem
local function take(self)
  if ngx.req.get_method() ~= "POST" then return 405, "only POST" end
  local body = read_body(self.options.max_body_bytes)
  if not body then return 413, "the body is larger than max_body_bytes or client_body_buffer_size" end
  local headers, truncated = ngx.req.get_headers(HEADERS_MAX)
  if truncated then return 431, ("more than %d header fields"):format(HEADERS_MAX) end
  local digest, problem = signature.check(
    self.options, joined(headers[self.options.signature_header]), body, ngx.time())
  if not digest then return 401, problem end
  local event, status
  event, status, problem = events.from_request(headers, body)
  if not event then return status, problem end
  status, problem = mark(self, event.id, digest)
  if status then return status, problem end
  return queue_event(self, event, events.to_text(event, headers, body), digest)
end

--- Receives the event in the request that nginx is serving, and responds. Call it in the content phase.
function Webhook:receive()
  local status, problem = take(self)
  ngx.status = status
  if status == 405 then ngx.header.allow = "POST" end
  if status == 503 then ngx.header.retry_after = 5 end
  if problem then
    ngx.header.content_type = "text/plain"
    ngx.print(problem, "\n")
  end
  return ngx.exit(status < 300 and status or ngx.OK)
end

--- Runs the handler for each event in the queue. Call it in the init_worker phase of every worker.
function Webhook:start()
  self.worker:start()
end

return M
