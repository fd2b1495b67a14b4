-- The client's errors when the world goes wrong: one table, run word for word by every engine, inside nginx
-- and over every transport. Data only, so that it crosses any border. Most of it is the matrix of
-- misbehaviours and endpoints in matrix/; here are the cases that are not one behaviour all the time.
--
--   name      what happens
--   call      the client's method; see error_call.lua for its arguments
--   calls     how often, 1 where it is not given; `pause_ms` lies between. All but the last succeed
--   alone     no other case runs at the same time: another's request may meet what happens to an idle connection
--   script    the misbehaving server's behaviours, step by step
--   at        `refused`, `stalled` or `unresolvable`: base_url leads there instead
--   wallet_at the same for wallet_base_url
--   token_at  the same for the token's URL
--   oauth2    the client has OAuth2 credentials in place of an API key
--   options   of the client, over those of error_call.lua
--   err       the fields of the error; `false` says that the field is absent
--   result    instead of `err`: the call succeeds
--   requests  step to the number of requests that the server saw
local matrix = require "spec.support.matrix"
local SOON_MS = require("spec.support.matrix.expect").SOON_MS

local cases = {}

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

-- The network ------------------------------------------------------------------------

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

-- The call's deadline or the token's own, whichever comes first, ends it. A call that gives up cannot know whether the
-- token's request was sent, and says so; the token's own end knows.
case {
  name = "token: stalled", call = "issue_direct", script = {}, token_at = "stalled", options = SOON,
  err = { code = "timeout", step = "token" }, requests = {},
}

case {
  name = "create_offer: a connection that hangs is tried again within the deadline",
  call = "issue_direct", script = {}, at = "stalled", options = { connect_timeout_ms = 50 },
  err = failure("timeout", "create_offer", "no", 3), requests = {},
}

-- Retry-After -----------------------------------------------------------------------

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

-- Offers ----------------------------------------------------------------------------

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

for behaviour, code in pairs { invalid_client = "unauthorized", token_with_newline = "bad_response" } do
  local sent, http_status = code == "unauthorized" and "rejected" or "unknown", code == "unauthorized" and 400 or 200
  case {
    name = "token: " .. behaviour,
    call = "issue_direct", script = { token = { behaviour } }, oauth2 = true,
    err = failure(code, "token", sent, 1, http_status), requests = { token = 1 },
  }
end

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
for _, behaviour in ipairs {
  "other_contacts", "object_of_contacts", "other_shape_of_contacts", "contacts_of_text", "html", "no_content", 302, 404, 405, 500, "close",
} do
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

for _, row in ipairs(matrix) do case(row) end

return cases
