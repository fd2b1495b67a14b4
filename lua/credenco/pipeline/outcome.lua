--- The meaning of a client's error for one record and for the run, as one table.
---
--- stop   other records would fail in the same way: the run ends, and the record stays as it is
--- slower the server asks for fewer requests: wait, then try again, without a limit
--- again  the network or the server has a problem: wait, then try again, a few times
--- ask    the offer may have been delivered: ask for the status first
--- fail   refused: the record has failed

local api = require "credenco.client.api"
local failures = require "credenco.client.failures"

local M = {}

-- By kind of the client's failures (credenco.client.failures). Any other failure concerns only the record.
local VERDICTS = { client = "stop", limit = "slower", network = "again", server = "again" }

local function of_kind(err)
  local failure = failures[err.code]
  return failure and VERDICTS[failure.kind] or "fail"
end

--- For an offer that was not created.
---@param err credenco.Error
---@return "stop"|"slower"|"again"|"fail"
function M.of_create(err)
  return failures[err.code] and failures[err.code].kind == "credentials" and "stop" or of_kind(err)
end

--- For a delivery without a 201.
---@param err credenco.Error
---@return "stop"|"slower"|"again"|"ask"|"fail"
function M.of_push(err)
  if err.sent == "unknown" then return "ask" end
  return of_kind(err)
end

--- The meaning of an issue's status; nil: it is not finished.
---@param status string?
---@return "issued"|"failed"|nil
function M.of_status(status)
  return api.FINAL[status]
end

--- True for failures that count as "the server cannot be reached or does not work", for the run as a whole.
---@param err credenco.Error
---@return boolean
function M.is_outage(err)
  return of_kind(err) == "again"
end

return M
