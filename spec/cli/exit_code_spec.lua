local exit_code = require "credenco.cli.exit_code"

-- code, step, sent -> exit code
local CASES = {
  { "out_of_memory", "create_offer", "no", 1 },
  { "unexpected", nil, nil, 1 },
  { "invalid_claims", "create_offer", "no", 2 },
  { "unauthorized", "create_offer", "rejected", 3 },
  { "unauthorized", "token", "rejected", 3 },
  { "forbidden", "trust_issuer", "rejected", 3 },
  { "rejected", "create_offer", "rejected", 4 },
  { "not_found", "push_offer", "rejected", 4 },
  { "rate_limited", "create_offer", "rejected", 4 },
  { "server_error", "create_offer", "rejected", 4 },
  { "server_error", "create_offer", "unknown", 4 },
  { "bad_response", "create_offer", "unknown", 4 },
  { "no_offer_uri", "offer_uri", "rejected", 4 },
  { "issue_failed", "issue_status", "rejected", 4 },
  { "too_large", "issue_status", "unknown", 4 },
  { "timeout", "push_offer", "unknown", 5 },
  { "connect_failed", "push_offer", "unknown", 5 },
  { "server_error", "push_offer", "unknown", 5 },
  { "unauthorized", "push_offer", "unknown", 5 },
  { "bad_response", "trust_issuer", "unknown", 5 },
  { "timeout", "push_offer", "no", 7 },
  { "connect_failed", "create_offer", "no", 7 },
  { "tls_failed", "create_offer", "no", 7 },
  { "timeout", "create_offer", "unknown", 7 },
  { "timeout", "issue_status", "unknown", 7 },
  { "closed", "create_offer", "no", 7 },
  { "listen_failed", nil, nil, 7 },
  { "journal", nil, nil, 9 },
  { "interrupted", nil, nil, 130 },
}

describe("the exit code", function()
  for _, case in ipairs(CASES) do
    local code, step, sent, expected = (table.unpack or unpack)(case, 1, 4)
    it(("is %d for %s at %s, sent: %s"):format(expected, code, tostring(step), tostring(sent)), function()
      assert.equal(expected, exit_code.of { code = code, step = step, sent = sent })
    end)
  end
end)
