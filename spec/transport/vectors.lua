-- The part of the transport's contract that is bytes: every response of spec/support/http_vectors.lua, and the
-- request after it.
local expect = require "spec.support.expect"
local vectors = require "spec.support.http_vectors"

local NO_ANSWER = { bad_response = true, connect_failed = true }

-- The request after it is served, on the same connection or on another.
local function check_next(t, scenario, vector)
  expect.equal(1, #scenario.requests(), "requests") -- a server that hangs up does so before it tells
  expect.equal(200, t:answer(scenario.url .. "/next").status, "status of the next")
  local first, second = scenario.requests()[1], scenario.requests()[2]
  expect.equal(vector.expect.reusable or false, first.connection == second.connection, "the same connection")
end

---@param case fun(name: string, run: fun(t: table))
return function(case)
  for _, vector in ipairs(vectors.all()) do
    case("reads, byte for byte: " .. vector.name, function(t)
      local answer = { act = "raw", bytes = vector.bytes, after = vector.then_closed and "close" or "next" }
      local scenario = t.env.scenario { other = { answer, "proper" } }
      local response, err = t:send(scenario.url .. "/x", { method = vector.method })
      if vector.expect.error then
        expect.equal(nil, response, "response")
        expect.one_of(NO_ANSWER, err.code, "code")
        expect.equal("unknown", err.sent, "sent")
      else
        expect.equal(vector.expect.status, response and response.status, err and err.message or "status")
        expect.equal(vector.expect.body, response.body, "body")
      end
      check_next(t, scenario, vector)
    end)
  end
end
