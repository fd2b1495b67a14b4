-- The failures of a transport, and its limits.
local expect = require "spec.support.expect"
local shared = require "spec.transport.contract.shared"

local SENT_MS = shared.SENT_MS
local SOON_MS = shared.SOON_MS
local BIG_BODY_BYTES = shared.BIG_BODY_BYTES

---@param case fun(name: string, run: fun(t: spec.TransportTest))
return function(case)
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
      t:failure("timeout", "unknown", t:url(behaviour) .. "/x", { within_ms = SENT_MS })
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
end
