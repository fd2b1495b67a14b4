--- What an error of the client means for one record and for the run, as one table.
---
--- stop   nothing else would fare better: the run ends, the record stays as it is
--- slower the server asks for less: wait, then the same again, as often as it takes
--- again  the network or the server is unwell: wait, then the same again, a few times
--- ask    the push may have arrived: ask for the status before anything else
--- fail   refused: the record is done for

local M = {}

local CREATE = {
  unauthorized = "stop", forbidden = "stop", closed = "stop",
  rate_limited = "slower",
  connect_failed = "again", tls_failed = "again", timeout = "again", server_error = "again", bad_response = "again",
}

-- A push that was answered with 5xx may still have been taken; the offer is the same the next time, so
-- repeating it issues nothing twice.
local PUSH = {
  closed = "stop",
  rate_limited = "slower",
  connect_failed = "again", tls_failed = "again", timeout = "again", server_error = "ask", bad_response = "ask",
}

--- For an offer that was not made.
---@param err credenco.Error
---@return "stop"|"slower"|"again"|"fail"
function M.of_create(err)
  return CREATE[err.code] or "fail"
end

--- For a push that was not answered with 201.
---@param err credenco.Error
---@return "stop"|"slower"|"again"|"ask"|"fail"
function M.of_push(err)
  if err.sent == "unknown" then return "ask" end
  return PUSH[err.code] or "fail"
end

--- What the issuer's status of an issue means. Only these two are known to be ends; everything else,
--- also a value nobody has seen yet, is "not finished".
---@param status string?
---@return "issued"|"failed"|nil
function M.of_status(status)
  if status == "issue_completed" then return "issued" end
  if status == "error" then return "failed" end
end

--- True for what counts as "the server cannot be reached or does not work", for the run as a whole.
---@param err credenco.Error
---@return boolean
function M.is_outage(err)
  return CREATE[err.code] == "again"
end

return M
