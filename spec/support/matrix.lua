-- The matrix: everything a server can do wrong, at each endpoint. A row is
--
--   { name, behaviour, expectation, options =, sequel =, pause_ms = }
--
-- the behaviour being that of misbehave/behaviours.lua, all the time, at one endpoint; and the expectation
-- what the call says of it: { all = fields of the error, [step] = where a step says something else }. An
-- expectation without a code is a success; `requests` stands where they are not `attempts`. With `sequel` the call succeeds, and is made once more after
-- `pause_ms`; the endpoint then answers 404, which is expected.
local FILES = { "lost", "slow", "limits", "malformed", "statuses", "bodies", "proper", "stray" }

-- The call that stands for its endpoint, with what comes before it and, when it succeeds, after it.
local ENDPOINTS = {
  { step = "create_offer", call = "issue_direct", script = "create", before = {}, after = { push = 1 } },
  { step = "push_offer", call = "issue_direct", script = "push", before = { create = 1 }, after = {} },
  { step = "issue_status", call = "issue_status", script = "status", before = {}, after = {} },
  { step = "trust_issuer", call = "trust_issuer", script = "trust", before = {}, after = {} },
  { step = "token", call = "issue_direct", script = "token", before = {}, after = { create = 1, push = 1 }, oauth2 = true },
}

-- Two calls: the first succeeds, the second is refused at `refused`.
local SEQUELS = {
  create_offer = { call = "create_offer", refused = "create", requests = { create = 2 } },
  push_offer = { call = "issue_direct", refused = "push", requests = { create = 2, push = 2 } },
  issue_status = { call = "issue_status", refused = "status", requests = { status = 2 } },
  trust_issuer = { call = "trust_issuer", refused = "trust", requests = { trust = 2 } },
  token = { call = "issue_status", refused = "status", requests = { token = 1, status = 2 } },
}

local STEP_OF = { create = "create_offer", push = "push_offer", status = "issue_status", trust = "trust_issuer" }

local function merged(...)
  local all = {}
  for _, part in ipairs { ... } do
    for name, value in pairs(part) do all[name] = value end
  end
  return all
end

-- In doubt trust_issuer looks before it repeats, and the server's list cannot be had.
local function looks(endpoint, wanted)
  return endpoint.script == "trust" and wanted.sent == "unknown" and wanted.attempts > 1
end

local function single(endpoint, row, wanted)
  if looks(endpoint, wanted) then wanted = merged(wanted, { attempts = 1, contacts = 1 }) end
  local requests = { [endpoint.script] = wanted.requests or wanted.attempts, contacts = wanted.contacts }
  local case = { call = endpoint.call, script = { [endpoint.script] = { row[2] } } }
  case.requests = merged(endpoint.before, requests, not wanted.code and endpoint.after or {})
  if not wanted.code then
    case.result = true
    return case
  end
  case.err = merged(wanted, { step = endpoint.step })
  case.err.requests, case.err.contacts = nil, nil
  return case
end

local function sequel(endpoint, row, wanted)
  local second = SEQUELS[endpoint.step]
  local script = { [second.refused] = { "proper", 404 } }
  script[endpoint.script] = { row[2], script[endpoint.script] and 404 or nil }
  return {
    call = second.call, calls = 2, pause_ms = row.pause_ms, alone = row.pause_ms ~= nil, script = script, requests = second.requests,
    err = merged(wanted, { step = STEP_OF[second.refused] }),
  }
end

-- Where the server ends or spoils the connection behind a response, it may do so just when another case's request is sent
-- there; so these cases share connections with none. Clients with other options share none.
local alone_there = 0
local function own_connections(behaviour)
  if type(behaviour) ~= "table" or not (behaviour.after or behaviour.stray) then return nil end
  alone_there = alone_there + 1
  return { connection_cache = alone_there }
end

local function case_of(endpoint, row)
  local wanted = row[3][endpoint.step] or row[3].all
  local case = (row.sequel and sequel or single)(endpoint, row, wanted)
  case.row, case.name = row[1], endpoint.step .. ": " .. row[1]
  case.oauth2, case.options = endpoint.oauth2, merged(
    { max_body_bytes = 65536 }, own_connections(row[2]) or {}, row.options or {})
  return case
end

local cases = {}
for _, file in ipairs(FILES) do
  for _, row in ipairs(require("spec.support.matrix." .. file)) do
    for _, endpoint in ipairs(ENDPOINTS) do cases[#cases + 1] = case_of(endpoint, row) end
  end
end

return cases
