-- `credenco doctor` with one thing wrong at a time: exactly that line is not well, and what it says to do, done, makes it
-- pass.
local assert = require "luassert"
local cjson = require "cjson"
local files = require "spec.support.files"
local program = require "spec.cli.program"

local DOCUMENTED = files.read "docs/operations.md"

local M = {}

---@class spec.Fault
---@field [1] string what is wrong
---@field line string id of the line that says so
---@field state "failure"|"warning"|nil a failure unless it is given
---@field code integer the exit code
---@field words string? pattern
---@field advice string pattern
---@field broken fun(): string[], table<string, string> arguments and environment
---@field healed fun(): string[], table<string, string> the same, after the advice was followed
---@field clock boolean? the machine's clock is wrong, which takes libfaketime
---@field run? fun(arguments: string[], env: table): table instead of the program's plain call

---@param call { [1]: string[], [2]: table } arguments and environment
function M.run(call)
  return program.run({ "doctor", "--json", (table.unpack or unpack)(call[1]) }, call[2])
end

--- The lines that are neither ok nor skipped.
function M.unwell(outcome)
  local found = {}
  for _, check in ipairs(cjson.decode(outcome.out).checks) do
    if check.state == "failure" or check.state == "warning" then found[#found + 1] = check end
  end
  return found
end

--- Tries a fault, and what the line says to do about it.
---@param fault spec.Fault
function M.try(fault)
  local run = fault.run or M.run
  local outcome = run { fault.broken() }
  local found = M.unwell(outcome)
  assert.equal(1, #found, outcome.out .. outcome.err)
  local line = found[1]
  assert.same({ fault.line, fault.state or "failure", fault.code }, { line.id, line.state, outcome.code }, outcome.out)
  assert.truthy(DOCUMENTED:find("`" .. line.id:gsub("^(%l+s_)connection$", "%1...") .. "`", 1, true), line.id)
  assert.matches(fault.words or "", line.words)
  assert.matches(fault.advice, line.advice)
  outcome = M.run { fault.healed() }
  assert.same({}, M.unwell(outcome))
  assert.equal(0, outcome.code)
end

return M
