local failure = require "credenco.transport.failure"

describe("a failure's message", function()
  it("is one line, with any message of libcurl's TLS library", function()
    local err = failure("tls_failed", "no", "mbedTLS: not signed by\na trusted CA\n")
    assert.equal("the TLS connection failed (mbedTLS: not signed by a trusted CA)", err.message)
  end)

  it("has no brackets without a detail", function()
    assert.equal("the TLS connection failed", failure("tls_failed", "no", "\n").message)
  end)
end)
