--- `credenco webhook send`: signs a wallet event and sends it to a webhook, to test the webhook.
local core = require "credenco.core"
local fields = require "credenco.cli.fields"
local interrupted = require "credenco.cli.interrupted"
local outgoing = require "credenco.webhook.outgoing"
local receiver = require "credenco.cli.webhook.receiver"
local settings = require "credenco.cli.server_settings"
local signature = require "credenco.webhook.signature"
local test_event = require "credenco.cli.webhook.test_event"

local FIELDS = { "http_status", "id", "type", "mode", "response" }
local DEFAULT_TIMEOUT_S = 30

local M = {
  description = [[
Signs a wallet event as the service does, sends it to a webhook (of this module or of your own), and prints the
response. Without --data, the event reports that a wallet was created.]],
  epilog = [[
Examples:
  CREDENCO_WEBHOOK_SECRET=... credenco webhook send http://127.0.0.1:8080/events
  credenco webhook send https://hooks.example.com/events --secret-file secret --structured
  credenco webhook send http://127.0.0.1:8080/events --secret-file secret \
    --type com.credenco.businesswallet.identifier.created.v1 --data event.json

Events with the same --id count as one event: a webhook accepts it once.

Exit codes: 0 accepted (2xx), 3 the signature (401) or the whole request (403) was refused,
            4 refused otherwise, 7 no response.

Environment, for flags that you do not give:
  CREDENCO_WEBHOOK_SECRET       the secret itself
  CREDENCO_WEBHOOK_SECRET_FILE  --secret-file
  CREDENCO_CA_FILE              --ca-file]],
}

function M.declare(command)
  command:argument "action" :choices { "send" } :description "The action: `send`."
  command:argument "url" :description "The URL of the webhook: https, or http on this machine."
  command:group("Event",
    command:flag "--structured" :description "Send in structured mode (default: binary mode, as the service does).",
    command:option "--type" :argname "TYPE" :description("Default: " .. test_event.TYPE .. "."),
    command:option "--source" :argname "SOURCE" :description("Default: " .. test_event.SOURCE .. "."),
    command:option "--id" :argname "ID" :description "Default: a new id.",
    command:option "--data" :argname "FILE" :description "File with the data, JSON; `-` for standard input.")
  command:group("Signature",
    command:option "--secret-file" :argname "FILE" :target "secret_file" :description "File with the secret.",
    command:option "--signature-header" :argname "NAME" :target "signature_header" :default(signature.HEADER)
      :description "The webhook's option signature_header.",
    command:option "--signature-name" :argname "NAME" :target "signature_name" :default(signature.NAME)
      :description "The webhook's option signature_name.")
  command:group("Connection",
    command:option "--ca-file" :argname "FILE" :target "ca_file"
      :description "CA certificates to trust, PEM, instead of the system's.",
    command:option "--timeout" :argname "SECONDS"
      :description(("Deadline for the whole command (default: %d)."):format(DEFAULT_TIMEOUT_S)))
end

-- Signs the request. This must be the last change to it.
local function request_of(args, event, data)
  local secret = test_event.secret(args)
  local headers, body = outgoing[args.structured and "structured" or "binary"](event, data)
  headers[args.signature_header] = signature.sign(secret, os.time(), body, args.signature_name)
  local timeout_ms = settings.timeout_ms(args) or DEFAULT_TIMEOUT_S * 1000
  return { method = "POST", url = args.url, headers = headers, body = body, deadline_ms = core.now_ms() + timeout_ms }
end

function M.run(args)
  test_event.check(args)
  local event, data = test_event.of(args)
  local to = receiver.new(args.ca_file or settings.environment "CA_FILE")
  local ok, result, err = interrupted.call(nil, to, to.send, request_of(args, event, data))
  to:close()
  if not ok then error(result, 0) end
  if not result then return nil, err end
  result.id, result.type, result.mode = event.id, event.type, args.structured and "structured" or "binary"
  local shown = fields.pick(result, FIELDS)
  return shown, fields.text(shown, FIELDS)
end

return M
