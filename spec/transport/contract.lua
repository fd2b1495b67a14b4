-- What every transport does, whatever it is made of: one list of cases, run wherever the transport runs (in
-- a plain Lua, in nginx). See "The transport's contract" in CONTRIBUTING.md.
local expect = require "spec.support.expect"

local PATIENT_MS = 10000    -- no case needs as long; one that takes it hangs
local SOON_MS = 300         -- the deadline of a case whose server keeps silent
local BIG_BODY_BYTES = 4000000

---@class spec.TransportEnv
---@field scenario fun(script: table): { url: string, requests: fun(step: string?): table[] }
---@field refused_url string
---@field stalled_url string
---@field unresolvable_url string
---@field tls { url: string, wrong_host_url: string, unknown_ca_url: string, not_tls_url: string, ca_file: string,
---       hasty_url: string, hasty_count_url: string }
---       at `url`, /small answers 413 to a big body without reading it, and /drop closes without an answer; at
---       `hasty_url` connections are closed soon after an answer, and `hasty_count_url` says how many are open
---@field now_ms fun(): number
---@field together fun(tasks: function[])  runs them at once and returns when all have ended

---@class spec.TransportCase
---@field name string
---@field run fun()

local cases = {}

local function case(name, run)
  cases[#cases + 1] = { name = name, run = run }
end

-- What a case is given: a transport, the environment, and the ways to ask.
local Test = {}
Test.__index = Test

function Test:request(url, fields)
  local request = {
    method = "GET",
    url = url,
    headers = {},
    deadline_ms = self.env.now_ms() + PATIENT_MS,
    connect_timeout_ms = PATIENT_MS,
    max_body_bytes = 1048576,
  }
  for name, value in pairs(fields or {}) do request[name] = value end
  if request.within_ms then request.deadline_ms = self.env.now_ms() + request.within_ms end
  return request
end

function Test:send(url, fields)
  local began_ms = self.env.now_ms()
  local ok, response, err = pcall(self.transport.send, self.transport, self:request(url, fields))
  expect.equal(true, ok, "send threw: " .. tostring(response))
  expect.at_most(PATIENT_MS - 1, self.env.now_ms() - began_ms, "milliseconds")
  return response, err
end

function Test:answer(url, fields)
  local response, err = self:send(url, fields)
  if not response then error(("no answer: %s: %s"):format(tostring(err.code), tostring(err.message)), 2) end
  return response
end

function Test:failure(code, sent, url, fields)
  local response, err = self:send(url, fields)
  expect.equal(nil, response and response.status, "status")
  expect.equal(code, err.code, "code")
  expect.equal(sent, err.sent, "sent")
  expect.equal("string", type(err.message), "type of the message")
  return err
end

--- The URL of a scenario whose every call behaves like that.
function Test:url(...)
  return self.env.scenario({ other = { ... } }).url
end

-- Answers ---------------------------------------------------------------------

case("gives status, body and headers, their names in lower case", function(t)
  local url = t:url { act = "answer", status = 207, headers = { ["X-Mixed-Case"] = "Its Value" }, body = "a\0b" }
  local response = t:answer(url .. "/x")
  expect.equal(207, response.status, "status")
  expect.equal("a\0b", response.body, "body")
  expect.equal("Its Value", response.headers["x-mixed-case"], "header")
end)

case("gives an empty body as text", function(t)
  expect.equal("", t:answer(t:url "nothing" .. "/x").body, "body of length 0")
  expect.equal("", t:answer(t:url "no_content" .. "/x").body, "body of a 204")
end)

case("gives a chunked body, and one that ends with the connection", function(t)
  local url = t:url(
    { act = "answer", status = 200, body = "in chunks", framing = "chunked" },
    { act = "answer", status = 200, body = "to the end", framing = "close" })
  expect.equal("in chunks", t:answer(url .. "/x").body, "chunked body")
  expect.equal("to the end", t:answer(url .. "/x").body, "body to the end")
end)

case("passes over an informational answer", function(t)
  local bytes = "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  local response = t:answer(t:url { act = "raw", bytes = bytes } .. "/x")
  expect.equal(200, response.status, "status")
  expect.equal("ok", response.body, "body")
end)

case("gives an answer that refuses like any other", function(t)
  for _, status in ipairs { 302, 401, 404, 429, 500, 503 } do
    expect.equal(status, t:answer(t:url(status) .. "/x").status, "status")
  end
end)

case("does not follow a redirect", function(t)
  local scenario = t.env.scenario { other = { "redirect" } }
  expect.equal(302, t:answer(scenario.url .. "/x").status, "status")
  expect.equal(1, #scenario.requests(), "requests")
end)

case("does not wait for a body after HEAD", function(t)
  local url = t:url { act = "answer", status = 200, headers = { ["content-length"] = "1000" }, framing = "none" }
  expect.equal("", t:answer(url .. "/x", { method = "HEAD" }).body, "body")
end)

require "spec.transport.vectors" (case)

-- Requests --------------------------------------------------------------------

case("sends path, query, headers and body byte for byte", function(t)
  local scenario = t.env.scenario {}
  local target = "/a%2Fb/../c//d?x=%c3%A9&y=+&&z"
  local body = '{"claims":"\195\169 \0 \255"}'
  t:answer(scenario.url .. target, {
    method = "POST", body = body, headers = { ["content-type"] = "application/json", ["x-api-key"] = "k e y" },
  })
  local request = scenario.requests()[1]
  expect.equal("POST", request.method, "method")
  expect.equal(target, request.target, "target")
  expect.equal(body, request.body, "body")
  expect.equal("application/json", request.headers["content-type"], "content-type")
  expect.equal("k e y", request.headers["x-api-key"], "x-api-key")
  expect.equal(tostring(#body), request.headers["content-length"], "content-length")
end)

case("sends a target that is only a query", function(t)
  local scenario = t.env.scenario {}
  t:answer(scenario.url .. "?a=1")
  expect.equal("?a=1", scenario.requests()[1].target, "target")
end)

case("sends a POST without a body as one of length 0, of no type", function(t)
  local scenario = t.env.scenario {}
  t:answer(scenario.url .. "/x", { method = "POST" })
  local request = scenario.requests()[1]
  expect.equal("POST", request.method, "method")
  expect.equal("0", request.headers["content-length"], "content-length")
  expect.equal(nil, request.headers["content-type"], "content-type")
end)

case("sends a GET without a body", function(t)
  local scenario = t.env.scenario {}
  t:answer(scenario.url .. "/x", { method = "POST", body = "before" })
  t:answer(scenario.url .. "/x")
  local request = scenario.requests()[2]
  expect.equal("GET", request.method, "method")
  expect.equal("", request.body, "body")
  expect.equal(nil, request.headers["content-length"], "content-length")
  expect.equal(nil, request.headers["transfer-encoding"], "transfer-encoding")
end)

case("sends any method under its own name, with its body", function(t)
  local scenario = t.env.scenario {}
  for _, method in ipairs { "PUT", "PATCH", "DELETE", "POST" } do
    t:answer(scenario.url .. "/x", { method = method, body = method .. "!" })
  end
  for i, method in ipairs { "PUT", "PATCH", "DELETE", "POST" } do
    expect.equal(method, scenario.requests()[i].method, "method")
    expect.equal(method .. "!", scenario.requests()[i].body, "body")
  end
end)

case("sends a big body at once", function(t)
  local scenario = t.env.scenario {}
  t:answer(scenario.url .. "/x", { method = "POST", body = ("x"):rep(BIG_BODY_BYTES) })
  local request = scenario.requests()[1]
  expect.equal(BIG_BODY_BYTES, #request.body, "bytes")
  expect.equal(nil, request.headers.expect, "expect")
end)

case("keeps nothing of one request for the next", function(t)
  local scenario = t.env.scenario {}
  t:answer(scenario.url .. "/x", { headers = { ["x-api-key"] = "secret" } })
  t:answer(scenario.url .. "/x")
  expect.equal(nil, scenario.requests()[2].headers["x-api-key"], "x-api-key")
end)

case("keeps the connection for the next request", function(t)
  local scenario = t.env.scenario {}
  t:answer(scenario.url .. "/x")
  t:answer(scenario.url .. "/y")
  local first, second = scenario.requests()[1], scenario.requests()[2]
  expect.equal(first.connection, second.connection, "connection")
end)

case("does not use a connection that the server has closed since", function(t)
  local scenario = t.env.scenario { other = { "answer_and_close", "proper" } }
  t:answer(scenario.url .. "/x")
  expect.equal(1, #scenario.requests(), "requests") -- the server hangs up before it tells
  t:answer(scenario.url .. "/x", { method = "POST" })
  expect.equal(2, #scenario.requests(), "requests")
end)

-- TLS says goodbye before it closes: unread, it makes a dead connection look like one with something to say.
case("does not use a TLS connection that the server has closed since", function(t)
  local tls = t.env.tls
  local open
  local function ask() return t:answer(tls.hasty_url .. "/x", { method = "POST" }).status end
  t.env.together { ask, ask, ask, ask }
  local give_up_ms = t.env.now_ms() + PATIENT_MS
  repeat
    open = t:answer(tls.hasty_count_url .. "/").body:match "Active connections: (%d+)"
  until open == "1" or t.env.now_ms() > give_up_ms
  expect.equal("1", open, "open connections, with the one that asks")
  expect.equal(200, ask(), "status")
end)

case("never takes an answer that came unasked for the next request's", function(t)
  local two = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\noneHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nunasked!"
  local url = t:url({ act = "raw", bytes = two, after = "next" }, "proper")
  expect.equal("one", t:answer(url .. "/x").body, "body")
  local response = t:send(url .. "/x", { method = "POST" })
  expect.equal(false, response ~= nil and response.body == "unasked!", "the second got the unasked answer")
end)

case("gives thirty requests their own answers, whatever stray ones come between them", function(t)
  local script, created = {}, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
  for i = 1, 30 do
    local body = tostring(i)
    local bytes = ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"):format(#body, body)
    script[i] = { act = "raw", bytes = bytes .. (i % 10 == 5 and created or ""), after = "next" }
  end
  local url = t.env.scenario({ other = script }).url
  for i = 1, 30 do expect.equal(tostring(i), t:answer(url .. "/x", { method = "POST" }).body, "body") end
end)

case("never repeats a request by itself", function(t)
  local scenario = t.env.scenario { other = { "proper", "close" } }
  t:answer(scenario.url .. "/x", { method = "POST" })
  t:failure("connect_failed", "unknown", scenario.url .. "/x", { method = "POST" })
  expect.equal(2, #scenario.requests(), "requests")
end)

-- Failures --------------------------------------------------------------------

case("says that nothing was sent when there was no connection", function(t)
  t:failure("connect_failed", "no", t.env.refused_url .. "/x")
  t:failure("connect_failed", "no", t.env.unresolvable_url .. "/x")
end)

case("stops connecting at the deadline, and at the connect timeout", function(t)
  t:failure("timeout", "no", t.env.stalled_url .. "/x", { within_ms = SOON_MS })
  t:failure("timeout", "no", t.env.stalled_url .. "/x", { connect_timeout_ms = SOON_MS })
end)

for _, behaviour in ipairs { "reset", "close", "half_head", "half_body", "half_chunk" } do
  case("says that the outcome is unknown after: " .. behaviour, function(t)
    t:failure("connect_failed", "unknown", t:url(behaviour) .. "/x", { method = "POST", body = "{}" })
  end)
end

case("says that the outcome is unknown after what is no HTTP, and that it is none", function(t)
  local err = t:failure("bad_response", "unknown", t:url "not_http" .. "/x", { method = "POST", body = "{}" })
  expect.contains(err.message, "does not begin with an HTTP/1.1 status line", "message")
end)

case("gives up at a length that is no number of bytes", function(t)
  local bytes = "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc"
  t:failure("bad_response", "unknown", t:url { act = "raw", bytes = bytes, after = "next" } .. "/x")
end)

case("quotes nothing of an answer that it cannot read", function(t)
  for _, line in ipairs { "x-api-key: secret", "HTTP/1.1 xx secret" } do
    local _, err = t:send(t:url { act = "raw", bytes = line .. "\r\n\r\n" } .. "/x")
    expect.equal(nil, err.message:find("secret", 1, true), "the secret in the message")
  end
end)

case("says that the outcome is unknown when the connection breaks while it sends", function(t)
  t:failure("connect_failed", "unknown", t:url "reset_at_head" .. "/x", {
    method = "POST", body = ("x"):rep(BIG_BODY_BYTES),
  })
end)

case("takes an answer that comes before the whole request is sent", function(t)
  local response = t:answer(t.env.tls.url .. "/small", { method = "POST", body = ("x"):rep(BIG_BODY_BYTES) })
  expect.equal(413, response.status, "status")
end)

case("lives on when a TLS connection breaks while it sends", function(t)
  t:failure("connect_failed", "unknown", t.env.tls.url .. "/drop", {
    method = "POST", body = ("x"):rep(BIG_BODY_BYTES),
  })
end)

for _, behaviour in ipairs { "hang", "drip" } do
  case("stops waiting for an answer at the deadline: " .. behaviour, function(t)
    t:failure("timeout", "unknown", t:url(behaviour) .. "/x", { within_ms = SOON_MS })
  end)
end

for _, behaviour in ipairs { "endless_body", "huge_body", "body_to_the_close" } do
  case("stops reading at max_body_bytes: " .. behaviour, function(t)
    t:failure("too_large", "unknown", t:url(behaviour) .. "/x")
  end)
end

case("reads a body of max_body_bytes, and not one byte more", function(t)
  local ten = { act = "answer", status = 200, body = "0123456789" }
  local chunked = { act = "answer", status = 200, body = "0123456789", framing = "chunked" }
  expect.equal("0123456789", t:answer(t:url(ten) .. "/x", { max_body_bytes = 10 }).body, "body")
  expect.equal("0123456789", t:answer(t:url(chunked) .. "/x", { max_body_bytes = 10 }).body, "body")
  t:failure("too_large", "unknown", t:url(ten) .. "/x", { max_body_bytes = 9 })
  t:failure("too_large", "unknown", t:url(chunked) .. "/x", { max_body_bytes = 9 })
end)

case("stops reading headers without end", function(t)
  local response, err = t:send(t:url "endless_head" .. "/x")
  expect.equal(nil, response, "response")
  expect.one_of({ too_large = true, connect_failed = true }, err.code, "code")
  expect.equal("unknown", err.sent, "sent")
end)

case("sends nothing when the deadline has passed", function(t)
  local scenario = t.env.scenario {}
  t:failure("timeout", "no", scenario.url .. "/x", { within_ms = 0 })
  t:failure("timeout", "no", scenario.url .. "/x", { within_ms = -1000 })
  expect.equal(0, #scenario.requests(), "requests")
end)

case("works again after every failure", function(t)
  local scenario = t.env.scenario { other = { "reset", "close", "hang", "endless_body", "proper" } }
  for _ = 1, 4 do
    local response = t:send(scenario.url .. "/x", { within_ms = SOON_MS })
    expect.equal(nil, response, "response")
  end
  expect.equal(200, t:answer(scenario.url .. "/x").status, "status")
end)

case("speaks plain http to loopback hosts only, and nothing but http and https", function(t)
  for _, url in ipairs { "http://wallet.example/x", "ftp://127.0.0.1/x", "file:///etc/hostname", "nonsense", "" } do
    t:failure("invalid_argument", "no", url, { within_ms = SOON_MS })
  end
end)

case("sends nothing that could be read as something else", function(t)
  local scenario = t.env.scenario {}
  local url = scenario.url .. "/x"
  for _, byte in ipairs { "\0", "\r", "\n", "\27", "\127" } do
    t:failure("invalid_argument", "no", url .. byte .. "y")
    t:failure("invalid_argument", "no", url, { method = "GET" .. byte })
    t:failure("invalid_argument", "no", url, { headers = { ["x-a"] = "1" .. byte .. "2" } })
    t:failure("invalid_argument", "no", url, { headers = { ["x-a" .. byte] = "1" } })
  end
  t:failure("invalid_argument", "no", url .. " y")
  t:failure("invalid_argument", "no", url, { method = "" })
  t:failure("invalid_argument", "no", url, { method = "GET /evil" })
  t:failure("invalid_argument", "no", url, { headers = { ["x-a: 1"] = "2" } })
  t:failure("invalid_argument", "no", url, { headers = { [""] = "2" } })
  expect.equal(0, #scenario.requests(), "requests")
end)

case("sends a header without a value, and one in UTF-8", function(t)
  local scenario = t.env.scenario {}
  t:answer(scenario.url .. "/x", { headers = { ["x-empty"] = "", ["x-name"] = "caf\195\169\tau lait" } })
  expect.equal("", scenario.requests()[1].headers["x-empty"], "x-empty")
  expect.equal("caf\195\169\tau lait", scenario.requests()[1].headers["x-name"], "x-name")
end)

-- TLS -------------------------------------------------------------------------

case("verifies the certificate and its host", function(t)
  expect.equal(200, t:answer(t.env.tls.url .. "/x").status, "status")
  t:failure("tls_failed", "no", t.env.tls.wrong_host_url .. "/x")
  t:failure("tls_failed", "no", t.env.tls.unknown_ca_url .. "/x")
end)

case("sends nothing to a server that does not speak TLS", function(t)
  t:failure("tls_failed", "no", t.env.tls.not_tls_url .. "/x")
end)

case("sends nothing to a server that never finishes the handshake", function(t)
  local url = t.env.scenario({}).url:gsub("^http:", "https:")
  t:failure("timeout", "no", url .. "/x", { within_ms = SOON_MS })
end)

-- At once, and at the end --------------------------------------------------------

case("carries many requests at once", function(t)
  local count, statuses, tasks = 20, {}, {}
  local url = t:url { act = "together", count = count }
  for i = 1, count do
    tasks[i] = function() statuses[i] = t:answer(url .. "/x").status end
  end
  t.env.together(tasks)
  for i = 1, count do expect.equal(200, statuses[i], "status of " .. i) end
end)

case("ends what is under way when it is closed", function(t)
  local url = t:url "hang"
  local code, sent
  t.env.together {
    function()
      local _, err = t:send(url .. "/x")
      code, sent = err.code, err.sent
    end,
    function() t.transport:close() end,
  }
  expect.equal("closed", code, "code")
  expect.one_of({ no = true, unknown = true }, sent, "sent") -- whatever had begun by then
end)

case("sends nothing once it is closed, which it may be twice", function(t)
  local scenario = t.env.scenario {}
  t.transport:close()
  t.transport:close()
  t:failure("closed", "no", scenario.url .. "/x")
  expect.equal(0, #scenario.requests(), "requests")
end)

--- The cases, each with a transport of its own.
---@param new_transport fun(options: { ca_file: string }): table
---@param env spec.TransportEnv
---@return spec.TransportCase[]
return function(new_transport, env)
  local list = {}
  for i, row in ipairs(cases) do
    list[i] = {
      name = row.name,
      run = function()
        local transport = new_transport { ca_file = env.tls.ca_file }
        local ok, problem = pcall(row.run, setmetatable({ transport = transport, env = env }, Test))
        transport:close()
        if not ok then error(problem, 0) end
      end,
    }
  end
  return list
end
