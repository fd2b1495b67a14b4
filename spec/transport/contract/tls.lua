-- A transport over TLS.
local expect = require "spec.support.expect"
local shared = require "spec.transport.contract.shared"

local SOON_MS = shared.SOON_MS

---@param case fun(name: string, run: fun(t: spec.TransportTest))
return function(case)
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
end
