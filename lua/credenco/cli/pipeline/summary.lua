--- The summary of a run, and its exit code.
local counted = require "credenco.cli.pipeline.counted"
local exit_code = require "credenco.cli.exit_code"
local json = require "credenco.base.json"

local M = {}

local STATES = { "issued", "failed", "unknown", "skipped", "pending" }

--- The numbers of a journal in one line that adds up. If another worker counts the issued records, only the others.
---@param totals credenco.journal.Totals
---@return string
function M.totals(totals)
  local parts = {}
  for _, state in ipairs(STATES) do
    if totals[state] then parts[#parts + 1] = ("%d %s"):format(totals[state], state) end
  end
  local numbers = table.concat(parts, " + ")
  if not totals.input then return "not issued (another worker counts the issued ones): " .. numbers end
  return ("%s = %s"):format(counted(totals.input, "record"), numbers)
end

local STOPPED = {
  interrupted = "stopped on request",
  failures = "stopped by --max-failures",
  alike = "stopped",
  refused = "stopped",
  outage = "stopped: the server cannot be reached, or fails",
  journal = "stopped: the journal cannot be used",
  source = "stopped: the rest of the source cannot be read",
}

local STOP_CODES = {
  interrupted = exit_code.interrupted,
  failures = exit_code.failures,
  alike = exit_code.failures,
  refused = exit_code.unauthorized,
  outage = exit_code.network,
  journal = exit_code.journal,
  source = exit_code.unexpected,
}

--- Why a run stopped early, in one line; nil if it did not.
---@param result credenco.pipeline.Result
---@return string?
function M.stopped(result)
  if not result.stopped then return nil end
  local why = result.err and (": " .. tostring(result.err.message)) or ""
  return STOPPED[result.stopped] .. why
end

---@param result credenco.pipeline.Result
---@return integer
function M.exit_code(result)
  if result.stopped then return STOP_CODES[result.stopped] end
  local totals = result.totals
  if totals.unknown > 0 then return exit_code.unknown end
  if totals.failed > 0 then return exit_code.rejected end
  return exit_code.done
end

local function earlier(result)
  local known = result.counts.known - result.counts.corrected
  if known == 0 then return nil end
  return ("  %d of the lines read %s in the journal already"):format(known, known == 1 and "was" or "were")
end

local function corrected(result)
  if result.counts.corrected == 0 then return nil end
  return "  " .. counted(result.counts.corrected, "line corrects a record that was not issued",
    "lines correct records that were not issued")
end

local function duplicates(result)
  if result.counts.duplicates == 0 then return nil end
  return "  " .. counted(result.counts.duplicates, "line repeats the key of an earlier line and was skipped",
    "lines repeat the key of an earlier line and were skipped")
end

local function hook_failures(result)
  if result.counts.hook_failures == 0 then return nil end
  return ("  the workflow's on_issued or on_failed failed %s"):format(counted(result.counts.hook_failures, "time"))
end

--- A wallet discards credentials silently: the issuer reports such an issue as complete, too.
---@param issued integer?
---@return string?
function M.trust(issued)
  if (issued or 0) == 0 then return nil end
  return "  a wallet keeps only credentials from issuers that it trusts: see `credenco trust`"
end

--- Says that sources have lines that the journal does not know; nil if there are none.
---@param names string[]
---@return string?
function M.unread(names)
  if #names == 0 then return nil end
  return ("  not read to the end: %s; run the workflow on %s again, records that are already here are skipped"):format(
    table.concat(names, ", "), #names == 1 and "it" or "them")
end

--- The whole summary.
---@param result credenco.pipeline.Result
---@param next_command string? how to continue
---@param report_command string
---@return string
function M.text(result, next_command, report_command)
  local lines, totals = {}, result.totals
  local function add(line) lines[#lines + 1] = line end
  add(M.stopped(result))
  if totals then add(M.totals(totals)) end
  add(earlier(result))
  add(corrected(result))
  add(duplicates(result))
  add(hook_failures(result))
  add(M.trust(result.counts.issued))
  if totals and totals.failed + totals.unknown > 0 then add("  why: " .. report_command) end
  if next_command then add("  continue with: " .. next_command) end
  if not result.stopped then add(M.unread(result.unread)) end
  return table.concat(lines, "\n")
end

--- The same for programs.
---@param result credenco.pipeline.Result
---@return table
function M.fields(result)
  local counts = result.counts
  return {
    totals = result.totals, stopped = result.stopped, complete = result.complete,
    unread = json.array(result.unread),
    message = result.err and tostring(result.err.message) or nil,
    run = { read = counts.read, known = counts.known, corrected = counts.corrected,
      duplicates = counts.duplicates, issued = counts.issued, failed = counts.failed, unknown = counts.unknown,
      skipped = counts.skipped, hook_failures = counts.hook_failures },
  }
end

return M
