-- The expected outcome of a call with a wrong response. `by` has the endpoints with another outcome.
local M = {}

local function failure(code, sent, attempts, http_status)
  return { code = code, sent = sent, attempts = attempts, http_status = http_status or false }
end

M.failure = failure

--- The deadline where a server keeps silent. What comes before the silence fits in it, even if the machine stands still
--- for two seconds.
M.SOON_MS = 2500

--- The connection was lost before the answer was whole.
M.LOST = { all = failure("connect_failed", "unknown", 3) }

--- The deadline came first. A token has a deadline of its own, and either may be the first: the attempts are then those
--- of the token's request, or none.
M.LATE = { all = failure("timeout", "unknown", 1), token = { code = "timeout", sent = "unknown", requests = 1 } }

--- More came than the limits allow.
M.TOO_LARGE = { all = failure("too_large", "unknown", 1) }

--- The bytes are not an HTTP response: the response is lost.
M.MALFORMED = { all = failure("bad_response", "unknown", 3) }

--- The call succeeds as if nothing had been wrong.
M.FINE = { all = { attempts = 1 } }

return M
