--- Advice about each cause, for reports. A cause has one way out or several. A way has a text for people and a list of
--- commands; `credenco.cli.pipeline.way_out` writes them as command lines.

local M = {}

-- The commands by name; `way_out` knows their arguments.
local CORRECT = { "rejects", "edit", "run_rejects" }
local RETRY = { "retry", "run" }
local RETRY_UNKNOWN = { "retry_unknown", "run" }
local READ_AGAIN = { "retry", "run_source" }
local TAKE_IN = { "retry_skipped", "run_source" }
local GIVE_UP = { "settle_skipped" }
local NOT_THERE = { "settle_failed", "retry_settled", "run" }

---@class credenco.pipeline.Way
---@field [1] string what to do
---@field [2] string[] commands, in their order

local function way(text, commands) return { text, commands or {} } end

local FOUND = { way("look in the wallets (`credenco report --csv`). If the credential is there", { "settle_issued" }),
  way("if it is not there, and can no longer arrive", NOT_THERE) }

local function unknown(first) return { first, FOUND[1], FOUND[2] } end

-- Lines without a key come from the source, and are identified by their place.
local OF_LINES = {
  broken_line = { way("correct the lines", CORRECT),
    way("or correct them in the source, the file or the query", READ_AGAIN),
    way("or abandon them, for example because they are too long", GIVE_UP) },
  invalid_record = { way("correct the lines", CORRECT), way("or correct the workflow's key", READ_AGAIN) },
}

---@type table<string, credenco.pipeline.Way[]>
local FAILED = {
  invalid_record = { way("correct the lines", CORRECT), way("or correct the workflow", RETRY) },
  invalid_claims = { way("correct the values", CORRECT), way("or correct the workflow", RETRY) },
  invalid_argument = { way("correct the lines: a wallet key or template is not valid", CORRECT),
    way("or correct the workflow", RETRY) },
  hook_failed = { way("correct the workflow's function at the place named", RETRY) },
  not_found = { way("check that the wallets and the template exist", RETRY), way("or correct the lines", CORRECT) },
  rejected = { way("read the server's message; correct the template or the workflow", RETRY),
    way("or correct the lines", CORRECT) },
  rate_limited = { way("wait, or give `run` a lower --rate", RETRY) },
  connect_failed = { way("check the network and the server", RETRY) },
  tls_failed = { way("check the server's certificate, or --ca-file", RETRY) },
  timeout = { way("check the server, or give `run` a longer --timeout", RETRY) },
  server_error = { way("ask the server's operator", RETRY) },
  bad_response = { way("check --base-url, and any proxy or gateway before the server", RETRY) },
  issue_failed = { way("look into the issuer's log", RETRY) },
  settled = { way("nothing; or request a new offer", RETRY) },
  reopened = { way("read its line again: the record continues with its step", { "run_source" }) },
}

local UNKNOWN = {
  not_confirmed = unknown(way("ask for the status again; nothing is delivered", RETRY_UNKNOWN)),
  already_asked = FOUND,
  hook_failed = unknown(way("deliver the same offers again, once the workflow's function at the place named is correct",
    RETRY_UNKNOWN)),
}

local SKIPPED = {
  duplicate = { way "nothing, if the lines mean the same: the first one counts; or correct the key of the later one" },
  not_accepted = { way("nothing, if the workflow is right to skip these records; otherwise correct it", TAKE_IN) },
  settled = { way("nothing; or issue them after all", TAKE_IN) },
}

local OTHER = {
  failed = { way("remove the cause", RETRY) },
  unknown = unknown(way("deliver the same offers again, which issues nothing twice", RETRY_UNKNOWN)),
  skipped = { way "nothing" },
}

local BY_STATE = { failed = FAILED, unknown = UNKNOWN, skipped = SKIPPED }

--- The ways out of a cause, the most likely first.
---@param state "failed"|"unknown"|"skipped"
---@param code string?
---@param stage string?
---@return credenco.pipeline.Way[]
function M.ways(state, code, stage)
  if state == "failed" and stage == "source" and OF_LINES[code] then return OF_LINES[code] end
  return BY_STATE[state][code] or OTHER[state]
end

--- Whether a way begins with lines that the journal has.
---@param one credenco.pipeline.Way
---@return boolean
function M.needs_lines(one)
  return one[2] == CORRECT
end

--- All causes: state, code and stage. The record of a later version may have others.
---@return { state: string, code: string, stage: string? }[]
function M.causes()
  local list = {}
  for state, by_code in pairs(BY_STATE) do
    for code in pairs(by_code) do list[#list + 1] = { state = state, code = code } end
  end
  for code in pairs(OF_LINES) do list[#list + 1] = { state = "failed", code = code, stage = "source" } end
  for state in pairs(OTHER) do list[#list + 1] = { state = state, code = "another" } end
  return list
end

return M
