--- The messages of the transports' failures.

local WORDS = {
  connect_failed = { no = "could not connect", unknown = "the connection broke before the whole response arrived" },
  tls_failed = { no = "the TLS connection failed" },
  timeout = { no = "no connection within the deadline", unknown = "no complete response within the deadline" },
  too_large = {
    no = "the body of the request is larger than 64 MiB", -- CREDENCO_HTTP_BODY_MAX in src/core/http.h
    unknown = "the response is too large",
  },
  bad_response = { unknown = "the response is not valid HTTP/1.1" },
  closed = { no = "the transport is closed", unknown = "the transport was closed" },
  out_of_memory = { no = "out of memory", unknown = "out of memory" },
  invalid_argument = { no = "the URL must be https, or http to a loopback host, and nothing may hold control bytes" },
}

-- The detail helps if the cause is outside the request.
local SHOWS_DETAIL = { connect_failed = true, tls_failed = true, timeout = true, too_large = true, bad_response = true }

-- Some TLS libraries end their messages with a line feed.
local function on_one_line(detail)
  return (detail:gsub("%c+", " "):gsub("^ +", ""):gsub(" +$", ""))
end

---@param code string
---@param sent "no"|"unknown"
---@param detail string?  the network's message: never a path, a query or a header field
---@return { code: string, sent: string, message: string }
return function(code, sent, detail)
  local words = WORDS[code] and WORDS[code][sent] or code
  detail = SHOWS_DETAIL[code] and detail and on_one_line(detail) or ""
  if detail ~= "" then words = words .. " (" .. detail .. ")" end
  return { code = code, sent = sent, message = words }
end
