-- An error is one readable line, and shows nothing it must not.
local errors = require "credenco.client.errors"

local function detail(text, ...)
  return errors.bounded_detail(text, { ... })
end

describe("an error", function()
  it("names the problem, the step, whether it was sent, and the advice", function()
    local err = errors.new {
      code = "connect_failed", step = "push_offer", sent = "unknown", attempts = 3, correlation_id = "c-1",
    }
    assert.equal("credenco: push_offer: the connection failed: check the host, the port and the network; " ..
      "it was sent, and the outcome is unknown; the wallet may have the offer: " ..
      "deliver the same offer again, never a new one [connect_failed, 3 attempts, correlation_id c-1]",
      tostring(err))
  end)

  it("names the role that a 403 lacks", function()
    local err = errors.new { code = "forbidden", step = "trust_issuer", sent = "rejected", http_status = 403 }
    assert.truthy(err.message:find("'Trusted contacts'", 1, true))
  end)

  it("says why it was not repeated, when the quota of repeats is used up", function()
    local err = errors.new { code = "server_error", step = "create_offer", sent = "unknown", quota_spent = true }
    assert.truthy(err.message:find("; not repeated, because many calls of this client have failed", 1, true))
    assert.is_true(err.quota_spent)
  end)

  it("is known by its kind", function()
    assert.is_true(errors.is_error(errors.new { code = "closed", step = "request" }))
    assert.is_false(errors.is_error { code = "closed" })
  end)

  it("returns the kept offer, and shows it nowhere", function()
    local err = errors.new { code = "timeout", step = "push_offer", sent = "unknown" }
    errors.keep_offer(err, { offer_uri = "https://issuer.example/s3cret" })
    assert.equal("https://issuer.example/s3cret", err:offer().offer_uri)
    for _, value in pairs(err) do
      assert.is_nil(tostring(value):find("s3cret", 1, true))
    end
    assert.is_nil(tostring(err):find("s3cret", 1, true))
  end)

  it("has no offer when none was created", function()
    assert.is_nil(errors.new { code = "closed", step = "create_offer" }:offer())
  end)
end)

describe("the server's words", function()
  it("are one line of at most 500 bytes", function()
    local text = detail(("word\r\n"):rep(1000))
    assert.equal(500, #text)
    assert.is_nil(text:find("[%c]"))
    assert.equal(("x "):rep(250):sub(1, 499), detail(("x "):rep(250)))
    assert.equal(497 + 3, #detail(("x "):rep(250) .. "y"))
    assert.equal("...", detail(("x "):rep(250) .. "y"):sub(-3))
  end)

  it("lose every secret, at any depth, the longer one first", function()
    assert.equal("name [redacted] and key [redacted]",
      detail("name CoolSoft B.V. and key k-123-4", { deep = { name = "CoolSoft B.V." } }, "k-123", "k-123-4"))
  end)

  it("lose a short secret where it is a word of its own", function()
    assert.equal("country [redacted] is not ONLY that", detail("country NL is not ONLY that", "NL"))
  end)

  it("lose numbers that were claims", function()
    assert.equal("id [redacted] taken", detail("id 90004760 taken", { id = 90004760 }))
  end)

  it("lose URLs, which may be offers", function()
    assert.equal("cannot reach [URL] now", detail "cannot reach https://issuer.example/offer/1?x=2 now")
    assert.equal("bad [URL]", detail "bad openid-credential-offer://?credential_offer_uri=x")
  end)

  it("are nil when nothing is left", function()
    assert.is_nil(detail "  \r\n ")
  end)
end)
