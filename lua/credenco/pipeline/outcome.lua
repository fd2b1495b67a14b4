--- What an error of the client means for one record and for the run, as one table.
---
--- stop   nothing else would fare better: the run ends, the record stays as it is
--- slower the server asks for less: wait, then the same again, as often as it takes
--- again  the network or the server is unwell: wait, then the same again, a few times
--- ask    the push may have arrived: ask for the status before anything else
--- fail   refused: the record is done for

local api = require "credenco.client.api"
local failures = require "credenco.client.failures"

local M = {}

-- By kind of the client's failures (credenco.client.failures); any other one is the record's own.
local VERDICTS = { client = "stop", limit = "slower", network = "again", server = "again" }

local function of_kind(err)
  local failure = failures[err.code]
  return failure and VERDICTS[failure.kind] or "fail"
end

--- For an offer that was not made.
---@param err credenco.Error
---@return "stop"|"slower"|"again"|"fail"
function M.of_create(err)
  return failures[err.code] and failures[err.code].kind == "credentials" and "stop" or of_kind(err)
end

--- For a push that was not answered with 201.
---@param err credenco.Error
---@return "stop"|"slower"|"again"|"ask"|"fail"
function M.of_push(err)
  if err.sent == "unknown" then return "ask" end
  return of_kind(err)
end

--- What the issuer's status of an issue means; nil: it is not finished.
---@param status string?
---@return "issued"|"failed"|nil
function M.of_status(status)
  return api.FINAL[status]
end

--- True for what counts as "the server cannot be reached or does not work", for the run as a whole.
---@param err credenco.Error
---@return boolean
function M.is_outage(err)
  return of_kind(err) == "again"
end

return M
