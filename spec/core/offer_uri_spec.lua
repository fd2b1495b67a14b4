-- The offer's URI out of an answer, case by case, and what is at the edges of the cases.
local cjson = require "cjson"
local credenco = require "credenco"

local function read_cases(path)
  local file = io.open(path)
  if not file then return nil end
  local cases = cjson.decode(file:read "*a").cases
  file:close()
  return cases
end

local function wrapped(encoded)
  return "openid-credential-offer://?credential_offer_uri=" .. encoded
end

local function code_of(request_uri)
  local offer_uri, err = credenco.offer_uri(request_uri)
  assert.is_nil(offer_uri)
  assert.equal("offer_uri", err.step)
  assert.equal("no", err.sent)
  return err.code
end

local function check(case)
  if case.offer_uri then
    assert.equal(case.offer_uri, credenco.offer_uri(case.request_uri))
  else
    assert.equal(case.error, code_of(case.request_uri))
  end
end

describe("credenco.offer_uri", function()
  local own = assert(read_cases "spec/vectors/offer_uri.json")
  local shared = read_cases "../shared/vectors/offer_uri.json" or {}

  it("has cases to be tried with", function()
    assert.is_true(#own >= 28)
  end)

  for _, case in ipairs(own) do
    it("vector: " .. case.name, function() check(case) end)
  end

  for _, case in ipairs(shared) do
    it("shared vector: " .. case.name, function() check(case) end)
  end

  local more = {
    { name = "an escaped parameter name is the same name",
      request_uri = "x://?credential%5Foffer%5Furi=https%3A%2F%2Fa.example%2Fo", offer_uri = "https://a.example/o" },
    { name = "a longer parameter name is another one",
      request_uri = "x://?credential_offer_uri2=https%3A%2F%2Fa.example%2Fo", error = "no_offer_uri" },
    { name = "names are told apart by letter case",
      request_uri = "x://?Credential_Offer_Uri=https%3A%2F%2Fa.example%2Fo", error = "no_offer_uri" },
    { name = "a fragment of the outer URI is not part of the offer",
      request_uri = "x://?credential_offer_uri=https%3A%2F%2Fa.example%2Fo#top", offer_uri = "https://a.example/o" },
    { name = "a parameter inside the fragment does not count",
      request_uri = "x://#?credential_offer_uri=https%3A%2F%2Fa.example%2Fo", error = "no_offer_uri" },
    { name = "a nested fragment", request_uri = wrapped "https%3A%2F%2Fa.example%2Fo%23x", error = "invalid_offer_uri" },
    { name = "a name without a value", request_uri = "x://?credential_offer_uri", error = "no_offer_uri" },
    { name = "empty parameters around it",
      request_uri = "x://?&&credential_offer_uri=https%3A%2F%2Fa.example%2Fo&&", offer_uri = "https://a.example/o" },
    { name = "an un-encoded query with something lost after it",
      request_uri = wrapped "https://a.example/o?a=1&", error = "ambiguous_offer_uri" },
    { name = "an equals sign in the value", request_uri = wrapped "https://a.example/o?a=b=c", offer_uri = "https://a.example/o?a=b=c" },
    { name = "upper-case scheme", request_uri = wrapped "HTTPS%3A%2F%2Fa.example%2Fo", offer_uri = "HTTPS://a.example/o" },
    { name = "host only", request_uri = wrapped "https%3A%2F%2Fa.example", offer_uri = "https://a.example" },
    { name = "an empty host", request_uri = wrapped "https%3A%2F%2F%2Fo", error = "invalid_offer_uri" },
    { name = "a port of zero", request_uri = wrapped "https%3A%2F%2Fa.example%3A0%2Fo", error = "invalid_offer_uri" },
    { name = "the highest port", request_uri = wrapped "https%3A%2F%2Fa.example%3A65535%2Fo", offer_uri = "https://a.example:65535/o" },
    { name = "a port past the highest", request_uri = wrapped "https%3A%2F%2Fa.example%3A65536%2Fo", error = "invalid_offer_uri" },
    { name = "a space inside", request_uri = wrapped "https%3A%2F%2Fa.example%2Fa%20b", error = "invalid_offer_uri" },
    { name = "a backslash inside", request_uri = wrapped "https%3A%2F%2Fa.example%5Co", error = "invalid_offer_uri" },
    { name = "bytes beyond ASCII", request_uri = wrapped "https%3A%2F%2Fa.example%2F%C3%A9", error = "invalid_offer_uri" },
    { name = "an incomplete escape in the nested URL", request_uri = wrapped "https%3A%2F%2Fa.example%2F%2541%254", error = "invalid_offer_uri" },
    { name = "http on localhost", request_uri = wrapped "http%3A%2F%2FLocalHost%3A80%2Fo", offer_uri = "http://LocalHost:80/o" },
    { name = "http on the IPv6 loopback", request_uri = wrapped "http%3A%2F%2F%5B%3A%3A1%5D%3A8471%2Fo", offer_uri = "http://[::1]:8471/o" },
    { name = "http on another IPv6 address", request_uri = wrapped "http%3A%2F%2F%5B%3A%3A2%5D%2Fo", error = "insecure_offer_uri" },
    { name = "http on all of 127.0.0.0/8", request_uri = wrapped "http%3A%2F%2F127.255.0.9%2Fo", offer_uri = "http://127.255.0.9/o" },
    { name = "http on a name that begins like loopback",
      request_uri = wrapped "http%3A%2F%2F127.0.0.1.example%2Fo", error = "insecure_offer_uri" },
    { name = "http on a name that ends like loopback",
      request_uri = wrapped "http%3A%2F%2Fnot-localhost%2Fo", error = "insecure_offer_uri" },
    { name = "a bracket that is not closed", request_uri = wrapped "https%3A%2F%2F%5B%3A%3A1%2Fo", error = "invalid_offer_uri" },
    { name = "nothing at all", request_uri = "", error = "no_offer_uri" },
  }

  for _, case in ipairs(more) do
    it(case.name, function() check(case) end)
  end

  it("takes a request_uri of 8192 bytes and no longer one", function()
    local head = wrapped "https://a.example/"
    local longest = head .. ("a"):rep(8192 - #head)
    assert.equal(longest:sub(#wrapped "" + 1), credenco.offer_uri(longest))
    assert.equal("invalid_offer_uri", code_of(longest .. "a"))
  end)

  it("never shows the offer in its error", function()
    local _, err = credenco.offer_uri(wrapped "http%3A%2F%2Fissuer.example%2Fs3cret")
    assert.is_nil(tostring(err):find("s3cret", 1, true))
  end)

  it("throws for a value that is not text", function()
    assert.has_error(function() credenco.offer_uri(nil) end, "offer_uri: request_uri must be string, not nil")
  end)
end)
