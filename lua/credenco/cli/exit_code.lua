--- The exit codes of the command line, and the exit code of each error of the library.
local failures = require "credenco.client.failures"
local steps = require "credenco.client.failed_steps"

local M = {
  done = 0,
  unexpected = 1, -- a bug, or a file that cannot be written
  usage = 2, -- the call was wrong; nothing was sent
  unauthorized = 3, -- the API key, the client or its role
  rejected = 4, -- refused, or a response that cannot be used
  unknown = 5, -- sent, but the response was lost: it may have happened
  network = 7, -- no response: connection, TLS or deadline; or a port that is in use
  failures = 8, -- a run stopped by --max-failures, or because its first records all failed alike
  journal = 9, -- the journal cannot be used: disk full, database gone, another run at work on it
  interrupted = 130, -- Ctrl-C, SIGTERM, or a terminal that was closed
}

-- The library's codes. `not_found` counts as rejected.
local BY_KIND = {
  input = M.usage,
  credentials = M.unauthorized,
  network = M.network,
  client = M.network,
  memory = M.unexpected,
}

-- The command line's own codes.
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
