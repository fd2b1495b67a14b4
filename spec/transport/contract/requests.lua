-- The requests of a transport: all of a request, byte for byte, and nothing else.
local expect = require "spec.support.expect"
local shared = require "spec.transport.contract.shared"

local BIG_BODY_BYTES = shared.BIG_BODY_BYTES

---@param case fun(name: string, run: fun(t: spec.TransportTest))
return function(case)
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
end
