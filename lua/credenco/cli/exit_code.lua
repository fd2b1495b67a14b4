--- The exit codes of the command line, and which of them an error of the library becomes.
local M = {
  done = 0,
  unexpected = 1, -- a bug, or a place that cannot be written to
  usage = 2, -- the call was wrong; nothing was sent
  unauthorized = 3, -- the API key, the client or its role
  rejected = 4, -- refused, or answered with something unusable
  unknown = 5, -- sent, but the answer was lost: it may have happened
  network = 7, -- no answer: connection, TLS or deadline; a port that cannot be listened on
  failures = 8, -- a run stopped by --max-failures
  journal = 9, -- the journal cannot be used: disk full, database gone, another run at work on it
  interrupted = 130, -- Ctrl-C, or SIGTERM
}

local BY_CODE = {
  unexpected = M.unexpected,
  out_of_memory = M.unexpected,
  invalid_claims = M.usage,
  unauthorized = M.unauthorized,
  forbidden = M.unauthorized,
  connect_failed = M.network,
  tls_failed = M.network,
  timeout = M.network,
  closed = M.network,
  listen_failed = M.network,
  journal = M.journal,
}

-- The steps that change a wallet. A lost answer elsewhere leaves nothing behind that matters: an offer
-- that was never delivered issues nothing.
local CHANGES_A_WALLET = { push_offer = true, trust_issuer = true }

---@param err credenco.Error
---@return integer
function M.of(err)
  if err.sent == "unknown" and CHANGES_A_WALLET[err.step] then
    return M.unknown
  end
  return BY_CODE[err.code] or M.rejected
end

return M
