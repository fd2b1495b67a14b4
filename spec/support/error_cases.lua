-- What the client says when the world goes wrong: one table, run word for word by every engine and inside
-- nginx. Data only, so that it crosses any border.
--
--   name      what happens
--   call      the client's method; see error_call.lua for its arguments
--   script    the misbehaving server's behaviours, step by step
--   at        `refused`, `stalled` or `unresolvable`: base_url leads there instead
--   wallet_at the same for wallet_base_url
--   token_at  the same for the token's URL
--   oauth2    the client has OAuth2 credentials in place of an API key
--   options   of the client, over those of error_call.lua
--   err       the fields of the error; `false` says that the field is absent
--   result    instead of `err`: the call succeeds
--   requests  step to the number of requests that the server saw
local cases = {}

local SOON_MS = 300 -- the deadline where a server keeps silent

local SOON = { timeout_ms = SOON_MS }

local function case(row)
  cases[#cases + 1] = row
end

local function failure(code, step, sent, attempts, http_status)
  return { code = code, step = step, sent = sent, attempts = attempts, http_status = http_status or false }
end

-- The calls that stand for their steps, with what comes before them.
local STEPS = {
  { call = "issue_direct", step = "create_offer", script = "create", before = {} },
  { call = "issue_direct", step = "push_offer", script = "push", before = { create = 1 } },
  { call = "issue_status", step = "issue_status", script = "status", before = {} },
  { call = "trust_issuer", step = "trust_issuer", script = "trust", before = {} },
}

local function requests_of(step, count)
  local requests = {}
  for name, number in pairs(step.before) do requests[name] = number end
  requests[step.script] = count
  return requests
end

-- One behaviour, all the time, at every step. In doubt trust_issuer looks before it repeats, and the server's
-- list cannot be had. `sent_to_wallet` is for the calls that change a wallet.
local function everywhere(behaviour, name, code, sent, attempts, http_status, options, sent_to_wallet)
  for _, step in ipairs(STEPS) do
    local changes_a_wallet = step.script == "push" or step.script == "trust"
    local known = changes_a_wallet and sent_to_wallet or sent
    local looks = step.script == "trust" and known == "unknown" and attempts > 1
    local made = looks and 1 or attempts
    local requests = requests_of(step, made)
    requests.contacts = looks and 1 or nil
    case {
      name = step.step .. ": " .. name,
      call = step.call,
      script = { [step.script] = { behaviour } },
      options = options,
      err = failure(code, step.step, known, made, http_status),
      requests = requests,
    }
  end
end

-- The network ------------------------------------------------------------------------

everywhere("reset", "reset after the request", "connect_failed", "unknown", 3)
everywhere("reset_at_head", "reset while the request is read", "connect_failed", "unknown", 3)
everywhere("close", "no answer", "connect_failed", "unknown", 3)
everywhere("half_head", "half a head", "connect_failed", "unknown", 3)
everywhere("half_body", "half a body", "connect_failed", "unknown", 3)
everywhere("half_chunk", "half a chunk", "connect_failed", "unknown", 3)
everywhere("not_http", "an answer that is not HTTP", "bad_response", "unknown", 3)
everywhere("hang", "no answer within the deadline", "timeout", "unknown", 1, nil, SOON)
everywhere("drip", "1 byte a second", "timeout", "unknown", 1, nil, SOON)
everywhere("endless_body", "a body without end", "too_large", "unknown", 1)
everywhere("huge_body", "a body announced too large", "too_large", "unknown", 1)

local function nowhere(at, code, attempts, options)
  case {
    name = "create_offer: " .. at, call = "issue_direct", script = {}, at = at, options = options,
    err = failure(code, "create_offer", "no", attempts), requests = {},
  }
  case {
    name = "push_offer: " .. at, call = "issue_direct", script = {}, wallet_at = at, options = options,
    err = failure(code, "push_offer", "no", attempts), requests = { create = 1 },
  }
  case {
    name = "issue_status: " .. at, call = "issue_status", script = {}, at = at, options = options,
    err = failure(code, "issue_status", "no", attempts), requests = {},
  }
  case {
    name = "trust_issuer: " .. at, call = "trust_issuer", script = {}, at = at, options = options,
    err = failure(code, "trust_issuer", "no", attempts), requests = {},
  }
end

nowhere("refused", "connect_failed", 3)
nowhere("unresolvable", "connect_failed", 3)
nowhere("stalled", "timeout", 1, SOON)

for _, at in ipairs { "refused", "unresolvable" } do
  case {
    name = "token: " .. at, call = "issue_direct", script = {}, token_at = at,
    err = failure("connect_failed", "token", "no", 3), requests = {},
  }
end

-- The call's deadline or the token's own, whichever comes first, ends these two.
case {
  name = "token: stalled", call = "issue_direct", script = {}, token_at = "stalled", options = SOON,
  err = { code = "timeout", step = "token", sent = "no" }, requests = {},
}
case {
  name = "token: hang", call = "issue_direct", script = { token = { "hang" } }, oauth2 = true, options = SOON,
  err = { code = "timeout", step = "token" }, requests = { token = 1 },
}

case {
  name = "create_offer: a connection that hangs is tried again within the deadline",
  call = "issue_direct", script = {}, at = "stalled", options = { connect_timeout_ms = 50 },
  err = failure("timeout", "create_offer", "no", 3), requests = {},
}

-- Statuses --------------------------------------------------------------------------

for _, status in ipairs { 400, 409, 412, 422 } do
  everywhere(status, "status " .. status, "rejected", "rejected", 1, status)
end
everywhere(401, "status 401", "unauthorized", "rejected", 1, 401)
everywhere(403, "status 403", "forbidden", "rejected", 1, 403)
everywhere(404, "status 404", "not_found", "rejected", 1, 404)
everywhere(429, "status 429", "rate_limited", "rejected", 3, 429)
everywhere(408, "status 408", "timeout", "unknown", 3, 408)
everywhere(425, "status 425", "rejected", "rejected", 1, 425, nil, "unknown")
for _, status in ipairs { 500, 520, 521, 522, 523, 524, 525, 526, 527, 598, 599 } do
  everywhere(status, "status " .. status, "server_error", "unknown", 1, status)
end
everywhere(502, "status 502", "server_error", "unknown", 3, 502)
everywhere(503, "status 503", "server_error", "rejected", 3, 503, nil, "unknown")
everywhere(504, "status 504", "server_error", "unknown", 3, 504)
everywhere("redirect", "a redirect to another host", "bad_response", "unknown", 1, 302)
everywhere("redirect_with_body", "a redirect that keeps the method", "bad_response", "unknown", 1, 307)
everywhere("plain_refusal", "plain text labelled as JSON", "rejected", "rejected", 1, 400)
everywhere("binary_refusal", "a refusal in binary", "rejected", "rejected", 1, 422)
everywhere("huge_refusal", "a refusal with many words", "rejected", "rejected", 1, 422)
everywhere("echo_refusal", "a refusal that quotes the request", "rejected", "rejected", 1, 422)

local FAR_AWAY = "Fri, 31 Dec 2099 23:59:59 GMT"
local LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT"

for _, row in ipairs {
  { "0", 3 }, { "3600", 1 }, { FAR_AWAY, 1 }, { LONG_AGO, 3 }, { "soon", 3 }, { "-1", 3 },
} do
  local retry_after, attempts = row[1], row[2]
  for _, status in ipairs { 429, 503 } do
    case {
      name = ("push_offer: status %d with Retry-After: %s"):format(status, retry_after),
      call = "issue_direct",
      script = { push = { { status = status, headers = { ["retry-after"] = retry_after } } } },
      err = status == 429 and failure("rate_limited", "push_offer", "rejected", attempts, status)
        or failure("server_error", "push_offer", "unknown", attempts, status),
      requests = { create = 1, push = attempts },
    }
  end
end

-- Bodies ----------------------------------------------------------------------------

local function unusable(call, step, script, behaviour, http_status)
  case {
    name = ("%s: %s"):format(step, behaviour),
    call = call,
    script = { [script] = { behaviour } },
    err = failure("bad_response", step, "unknown", 1, http_status or 200),
    requests = { [script] = 1 },
  }
end

for _, behaviour in ipairs {
  "html", "not_json", "nothing", "other_json", "array_json", "string_json", "null_json", "deep_json",
  "request_uri_number", "request_uri_null", "request_uri_object",
} do
  unusable("create_offer", "create_offer", "create", behaviour)
  unusable("issue_direct", "create_offer", "create", behaviour)
end
unusable("issue_direct", "create_offer", "create", "no_content", 204)

for _, behaviour in ipairs {
  "html", "not_json", "nothing", "other_json", "array_json", "string_json", "null_json", "deep_json", "status_number",
} do
  unusable("issue_status", "issue_status", "status", behaviour)
end

for _, behaviour in ipairs { "html", "not_json", "nothing", "string_json", "null_json", "deep_json" } do
  unusable("trust_issuer", "trust_issuer", "trust", behaviour)
end

for _, behaviour in ipairs { "html", "html_with_mark", "html_in_utf_16", "html_behind_text" } do
  case {
    name = "push_offer: " .. behaviour, call = "issue_direct", script = { push = { behaviour } },
    err = failure("bad_response", "push_offer", "unknown", 1, 200), requests = { create = 1, push = 1 },
  }
end

for behaviour, code in pairs {
  request_uri_without_offer = "no_offer_uri",
  offer_by_value = "offer_by_value",
  insecure_offer = "insecure_offer_uri",
} do
  for _, call in ipairs { "create_offer", "issue_direct" } do
    case {
      name = ("offer_uri: %s, from %s"):format(behaviour, call),
      call = call, script = { create = { behaviour } },
      err = failure(code, "offer_uri", "no", 0), requests = { create = 1 },
    }
  end
end

case {
  name = "wait_issued: the issuer reports an error",
  call = "wait_issued", script = { status = { "unknown_status", "issue_error" } },
  err = { code = "issue_failed", step = "issue_status", sent = "rejected", status = "error" },
  requests = { status = 2 },
}

-- Tokens -------------------------------------------------------------------------------

local function token(behaviour, code, sent, attempts, http_status)
  case {
    name = "token: " .. tostring(behaviour),
    call = "issue_direct", script = { token = { behaviour } }, oauth2 = true,
    err = failure(code, "token", sent, attempts, http_status), requests = { token = attempts },
  }
end

token(400, "rejected", "rejected", 1, 400)
token(401, "unauthorized", "rejected", 1, 401)
token(403, "forbidden", "rejected", 1, 403)
token(500, "server_error", "unknown", 1, 500)
token("invalid_client", "unauthorized", "rejected", 1, 400)
token(503, "server_error", "rejected", 3, 503)
token("reset", "connect_failed", "unknown", 3)
token("html", "bad_response", "unknown", 1, 200)
token("other_json", "bad_response", "unknown", 1, 200)
token("token_number", "bad_response", "unknown", 1, 200)
token("token_with_newline", "bad_response", "unknown", 1, 200)
token("redirect", "bad_response", "unknown", 1, 302)
token("echo_refusal", "rejected", "rejected", 1, 422)

case {
  name = "create_offer: refused with a new token too",
  call = "issue_direct", script = { create = { 401 } }, oauth2 = true,
  err = failure("unauthorized", "create_offer", "rejected", 2, 401), requests = { token = 2, create = 2 },
}

case {
  name = "create_offer: no new token after a 401",
  call = "issue_direct", script = { token = { "proper", 403 }, create = { 401 } }, oauth2 = true,
  err = failure("forbidden", "token", "rejected", 1, 403), requests = { token = 2, create = 1 },
}

-- Recovered -----------------------------------------------------------------------------

local function recovered(name, call, script, requests)
  case {
    name = name, call = call, script = script, requests = requests,
    oauth2 = requests.token ~= nil, result = true,
  }
end

for _, behaviour in ipairs { "reset", "close", "half_head", "half_body", 408, 429, 502, 503, 504 } do
  for _, step in ipairs(STEPS) do
    local requests = step.step == "create_offer" and { create = 2, push = 1 } or requests_of(step, 2)
    requests.contacts = step.script == "trust" and behaviour ~= 429 and 1 or nil
    recovered(("%s: recovers from %s"):format(step.step, behaviour), step.call,
      { [step.script] = { behaviour, "proper" }, contacts = { "no_contacts" } }, requests)
  end
end

recovered("trust_issuer: finds the contact that a lost answer was about", "trust_issuer",
  { trust = { "close" }, contacts = { "contacts" } }, { trust = 1, contacts = 1 })

-- A list that does not say whether the contact was made.
for _, behaviour in ipairs { "other_contacts", "html", 404, 405, 500, "close" } do
  case {
    name = "trust_issuer: a lost answer, and as the list: " .. behaviour, call = "trust_issuer",
    script = { trust = { "close", "proper" }, contacts = { behaviour } }, options = { retry = { max_attempts = 2, base_ms = 1 } },
    err = failure("connect_failed", "trust_issuer", "unknown", 1),
    requests = { trust = 1, contacts = behaviour == "close" and 2 or 1 },
  }
end

recovered("both calls recover, each twice", "issue_direct",
  { create = { "reset", 503, "proper" }, push = { 502, "close", "proper" } }, { create = 3, push = 3 })
recovered("create_offer: recovers from a token that was refused", "issue_direct",
  { create = { 401, "proper" } }, { token = 2, create = 2, push = 1 })
recovered("token: recovers from a lost answer", "issue_direct",
  { token = { "reset", "proper" } }, { token = 2, create = 1, push = 1 })
recovered("wait_issued: goes on through refusals that pass", "wait_issued",
  { status = { "unknown_status", "reset", 503, "proper" } }, { status = 4 })

return cases
