--- The failures of the transports, in one choice of words.

local WORDS = {
  connect_failed = { no = "could not connect", unknown = "the connection broke before the whole answer was there" },
  tls_failed = { no = "the TLS connection failed" },
  timeout = { no = "no connection within the deadline", unknown = "no whole answer within the deadline" },
  too_large = {
    no = "the body of the request is larger than 64 MiB", -- REQUEST_BODY_MAX in src/curl/transfer.c
    unknown = "the answer is larger than max_body_bytes",
  },
  closed = { no = "the transport is closed", unknown = "the transport was closed" },
  out_of_memory = { no = "out of memory", unknown = "out of memory" },
  invalid_argument = { no = "the URL must be https, or http to a loopback host, and nothing may hold control bytes" },
}

-- The network's own words help where the cause lies outside of the request.
local SHOWS_DETAIL = { connect_failed = true, tls_failed = true }

---@param code string
---@param sent "no"|"unknown"
---@param detail string?  what the network said: never a path, a query or a header
---@return { code: string, sent: string, message: string }
return function(code, sent, detail)
  local words = WORDS[code] and WORDS[code][sent] or code
  if SHOWS_DETAIL[code] and detail and detail ~= "" then words = words .. " (" .. detail .. ")" end
  return { code = code, sent = sent, message = words }
end
