-- Errors as the command line writes them.
local cjson = require "cjson"
local errors = require "credenco.client.errors"
local reporter = require "credenco.cli.reporter"

describe("an error on standard error", function()
  local FIELDS = {
    code = "rate_limited", step = "issue_status", sent = "rejected", http_status = 429, attempts = 3, detail = "later",
    status = "issue_created", retry_after_ms = 5000, correlation_id = "order-1",
  }

  it("has all that a program needs to go on", function()
    local err = errors.new(FIELDS)
    local written = cjson.decode(reporter.new(true):failure_text(err, "for people")).error
    assert.same({ err.message, err.retryable }, { written.message, written.retryable })
    for name, value in pairs(FIELDS) do assert.equal(value, written[name], name) end
  end)

  it("is a line for people without --json, or the text of the command", function()
    local in_words = reporter.new(false)
    local err = errors.new(FIELDS)
    assert.equal(tostring(err), in_words:failure_text(err))
    assert.equal("credenco: no", in_words:failure_text { code = "usage", message = "no" })
    assert.equal("for people", in_words:failure_text({ code = "usage", message = "no" }, "for people"))
  end)
end)
