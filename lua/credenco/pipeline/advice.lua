--- What to do about a cause, by its code; for reports.

local M = {}

local BY_CODE = {
  broken_line = "correct the lines: `credenco rejects` writes them to a file",
  invalid_record = "correct the lines (`credenco rejects`) or the mapping, then run again",
  invalid_claims = "correct the values, or the mapping",
  invalid_argument = "correct the lines: a wallet key or template is not valid",
  duplicate = "nothing, if the lines mean the same record: the first one counts; else correct the key of the later one",
  not_accepted = "nothing, if the workflow is right to leave these out; "
    .. "else correct it, `credenco retry --skipped` and run it again",
  hook_failed = "correct the workflow's function at the place named",
  not_found = "check that the wallet and the template exist, then `credenco retry`",
  rejected = "read the server's words; run the corrected lines (`credenco rejects`), which needs no retry, "
    .. "or correct the template, then `credenco retry`",
  rate_limited = "lower --rate, then `credenco retry`",
  connect_failed = "check the network and the server, then `credenco retry`",
  tls_failed = "check the server's certificate or --ca-file, then `credenco retry`",
  timeout = "check the server, raise --timeout, then `credenco retry`",
  server_error = "ask the server's operator, then `credenco retry`",
  bad_response = "check --base-url and what stands between here and the server, then `credenco retry`",
  issue_failed = "look at the issuer's log for these, then `credenco retry`",
  not_confirmed = "ask again later: `credenco retry --unknown` asks for the status and pushes nothing; "
    .. "or look in the wallet, `credenco settle` writes down what you found",
  already_asked = "look in the wallet, `credenco settle` writes down what you found; "
    .. "if the credential is not there, ask the issuer's operator",
}

-- What a person said.
local SETTLED = {
  failed = "nothing; or `credenco retry` to ask for a new offer",
  skipped = "nothing; or `credenco retry --skipped`, and the next run that reads the line takes it up again",
}

local UNKNOWN_PUSH = "look in the wallet; `credenco retry --unknown` pushes the same offer again, "
  .. "which issues nothing twice; `credenco settle` writes down what you found"

---@param state string
---@param code string?
---@return string
function M.of(state, code)
  if state == "unknown" and code ~= "not_confirmed" and code ~= "already_asked" then return UNKNOWN_PUSH end
  if code == "settled" then return SETTLED[state] end
  return BY_CODE[code] or "`credenco retry` when the cause is gone"
end

return M
