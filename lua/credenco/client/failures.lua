--- Every failure of the client, by its code: its kind, which decides the command line's exit code and the next step of
--- a pipeline, and its message. docs/errors.md lists the same codes.

local roles = require "credenco.base.roles"
local steps = require "credenco.client.failed_steps"

---@class credenco.Failure
---@field kind "input"|"offer"|"network"|"credentials"|"refused"|"limit"|"server"|"client"|"memory"
---@field message string|fun(step: string, http_status: integer?): string  what happened and what to do

---@type table<string, credenco.Failure>
return {
  invalid_argument = { kind = "input", message = "an argument is not valid" },
  invalid_claims = { kind = "input", message = "the claims cannot be sent exactly as given" },
  no_offer_uri = { kind = "offer", message = "the request_uri has no credential_offer_uri" },
  offer_by_value = {
    kind = "offer",
    message = "the request_uri holds the offer itself instead of its URI, so it cannot be delivered",
  },
  ambiguous_offer_uri = { kind = "offer", message = "the request_uri can be read in more than one way: "
    .. "the server has to percent-encode the credential_offer_uri" },
  invalid_offer_uri = { kind = "offer", message = "the credential_offer_uri is not a valid https URL" },
  insecure_offer_uri = {
    kind = "offer",
    message = "the credential_offer_uri is plain http to a host that is not loopback",
  },
  connect_failed = { kind = "network", message = "the connection failed: check the host, the port and the network" },
  tls_failed = {
    kind = "network",
    message = "the TLS connection failed: check the host's certificate, or name its CA certificates with ca_file",
  },
  timeout = { kind = "network", message = function(_, http_status)
    if http_status then return "the server did not get the whole request in time" end -- 408
    return "the deadline passed: raise timeout_ms, or look at the server"
  end },
  unauthorized = {
    kind = "credentials",
    message = "the server refused the credentials: check the API key or client, and that it has not expired",
  },
  forbidden = { kind = "credentials", message = function(step)
    local role = roles.OF_CALL[step]
    return ("the credentials lack the role %s, or have expired"):format(role and "'" .. role .. "'" or "for this call")
  end },
  not_found = { kind = "refused", message = function(step)
    return steps[step] and steps[step].not_found or "the server does not know this address"
  end },
  rejected = {
    kind = "refused",
    message = "the server refused the request: check the arguments against the server's message",
  },
  rate_limited = {
    kind = "limit",
    message = "the server allows fewer requests: lower the concurrency or the rate",
  },
  server_error = { kind = "server", message = "the server failed: try again later" },
  bad_response = {
    kind = "server",
    message = "the client cannot interpret the response: check base_url, and any proxy or gateway before the server",
  },
  too_large = { kind = "refused", message = "the response is larger than max_body_bytes" },
  issue_failed = { kind = "refused", message = "the issuer reports that the issue failed" },
  cannot_wait = { kind = "client", message = "a call cannot wait here" },
  closed = { kind = "client", message = "the client is closed" },
  out_of_memory = { kind = "memory", message = "out of memory" },
}
