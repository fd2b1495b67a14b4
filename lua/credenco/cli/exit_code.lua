--- The exit codes of the command line, and which of them an error of the library becomes.
local failures = require "credenco.client.failures"
local steps = require "credenco.client.failed_steps"

local M = {
  done = 0,
  unexpected = 1, -- a bug, or a place that cannot be written to
  usage = 2, -- the call was wrong; nothing was sent
  unauthorized = 3, -- the API key, the client or its role
  rejected = 4, -- refused, or answered with something unusable
  unknown = 5, -- sent, but the answer was lost: it may have happened
  network = 7, -- no answer: connection, TLS or deadline; a port that cannot be listened on
  failures = 8, -- a run stopped by --max-failures, or because its first records all failed alike
  journal = 9, -- the journal cannot be used: disk full, database gone, another run at work on it
  interrupted = 130, -- Ctrl-C, SIGTERM, or a terminal that was closed
}

-- Kinds of the library's failures. What is missing was rejected.
local BY_KIND = {
  input = M.usage,
  credentials = M.unauthorized,
  network = M.network,
  client = M.network,
  memory = M.unexpected,
}

-- Failures of the command line's own.
local BY_CODE = {
  unexpected = M.unexpected,
  listen_failed = M.network,
  journal = M.journal,
  interrupted = M.interrupted,
}

---@param err credenco.Error
---@return integer
function M.of(err)
  local step = steps[err.step]
  if err.sent == "unknown" and step and step.changes_wallet then return M.unknown end
  local failure = failures[err.code]
  return BY_CODE[err.code] or failure and BY_KIND[failure.kind] or M.rejected
end

return M
