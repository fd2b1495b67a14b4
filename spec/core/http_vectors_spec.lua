-- Responses as bytes, through the exchange: whole, byte by byte, and cut in two anywhere. Through the
-- transports: spec/transport/contract.lua.
local core = require "credenco.core"
local vectors = require "spec.support.http_vectors"

local PATIENCE_BYTES = 65536

-- Feeds the pieces as a transport does: what comes behind a complete response goes into it too.
local function outcome_of(case, pieces)
  local x = core.exchange()
  assert(x:begin { method = case.method, authority = "issuer.example", target = "/", max_body_bytes = PATIENCE_BYTES })
  local state, code = "reading", nil
  for _, piece in ipairs(pieces) do
    state, code = x:feed(piece)
    if not state then break end
  end
  if state == "reading" and case.then_closed then state, code = x:ended() end
  if not state then return { error = true }, code end
  assert.equal("done", state)
  local response = x:response()
  return { status = response.status, body = response.body, reusable = x:reusable() and not case.then_closed }
end

local function bytewise(bytes)
  local pieces = {}
  for byte in bytes:gmatch "." do pieces[#pieces + 1] = byte end
  return pieces
end

local function check(case)
  local wanted = case.expect.error and { error = true } or case.expect
  assert.same(wanted, (outcome_of(case, { case.bytes })))
  assert.same(wanted, (outcome_of(case, bytewise(case.bytes))))
  for at = 1, #case.bytes - 1 do
    assert.same(wanted, (outcome_of(case, { case.bytes:sub(1, at), case.bytes:sub(at + 1) })))
  end
end

describe("the exchange", function()
  it("has vectors to be tried with", function()
    assert.is_true(#vectors.own >= 60)
    assert.is_true(#vectors.more >= 100)
  end)

  for _, case in ipairs(vectors.own) do
    it("vector: " .. case.name, function() check(case) end)
  end

  for _, case in ipairs(vectors.shared) do
    it("shared vector: " .. case.name, function() check(case) end)
  end

  for _, case in ipairs(vectors.more) do
    it(case.name, function() check(case) end)
  end
end)
