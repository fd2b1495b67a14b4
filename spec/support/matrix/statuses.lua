-- Each class of status, at each endpoint. What they mean is one table: src/core/verdict.h.
local expect = require "spec.support.matrix.expect"

local rows = {}

-- A push and a trusted contact change a wallet: there only a clear no, a 4xx, says that nothing was done.
local function named(name, behaviour, status, code, sent, attempts, at_wallet)
  local wallet = expect.failure(code, at_wallet or sent, attempts, status)
  rows[#rows + 1] = { name, behaviour, {
    all = expect.failure(code, sent, attempts, status), push_offer = wallet, trust_issuer = wallet,
  } }
end

local function row(status, ...)
  named("status " .. status, status, status, ...)
end

for _, status in ipairs { 300, 301, 302, 303, 304, 305, 307, 308, 399 } do row(status, "bad_response", "unknown", 1) end
for _, status in ipairs {
  400, 402, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 426, 428, 431, 451, 460, 499,
} do
  row(status, "rejected", "rejected", 1)
end
row(401, "unauthorized", "rejected", 1)
row(403, "forbidden", "rejected", 1)
row(404, "not_found", "rejected", 1)
row(408, "timeout", "unknown", 3)
row(425, "rejected", "rejected", 1, "unknown")
row(429, "rate_limited", "rejected", 3)
for _, status in ipairs {
  500, 501, 505, 506, 507, 508, 510, 511, 520, 521, 522, 523, 524, 525, 526, 527, 530, 598, 599, 600, 700, 999,
} do
  row(status, "server_error", "unknown", 1)
end
row(502, "server_error", "unknown", 3)
row(503, "server_error", "rejected", 3, "unknown")
row(504, "server_error", "unknown", 3)

named("a redirect to another host", "redirect", 302, "bad_response", "unknown", 1)
named("a redirect that keeps the method", "redirect_with_body", 307, "bad_response", "unknown", 1)
named("a refusal in words that say they are JSON", "plain_refusal", 400, "rejected", "rejected", 1)
named("a refusal in binary", "binary_refusal", 422, "rejected", "rejected", 1)
named("a refusal in many words", "long_refusal", 422, "rejected", "rejected", 1)
named("a refusal that quotes the request", "echo_refusal", 422, "rejected", "rejected", 1)
named("a refusal without a body", { act = "answer", status = 422 }, 422, "rejected", "rejected", 1)
named("a refusal that is a page", { act = "answer", status = 403, body = "<html>No</html>" }, 403, "forbidden", "rejected", 1)
named("a refusal to the close", { act = "answer", status = 404, body = "no", framing = "close" }, 404, "not_found", "rejected", 1)

return rows
