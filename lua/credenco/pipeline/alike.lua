--- Whether the first records of a run all fail in the same way, as with a mistyped template. Then the others would,
--- too.
---
--- The first records are those that were read first, not those that end first: a record that fails before anything is
--- sent overtakes all those that are being issued.

local M = {}

--- The number of records to watch.
M.FIRST = 20

---@class credenco.pipeline.Alike
---@field reason? credenco.pipeline.Reason why all of the first records failed; nil if they did not, or not yet
---@field private entered integer the number of watched records
---@field private seen integer the number of those that have failed
---@field private cause? string that they have in common
---@field is_decided boolean there is nothing left to watch
local Alike = {}
Alike.__index = Alike

---@return credenco.pipeline.Alike
function M.new()
  return setmetatable({ entered = 0, seen = 0, is_decided = false }, Alike)
end

--- A record begins, or a line has failed before it became a record.
---@return boolean is_first it is watched
function Alike:enter()
  if self.is_decided or self.entered == M.FIRST then return false end
  self.entered = self.entered + 1
  return true
end

-- A message of a server or a mapping may name the record, so only the kind of end counts.
local function cause_of(state, reason)
  return ("%s %s at %s"):format(state, tostring(reason.code), tostring(reason.step))
end

--- One of the first records has ended. One that the workflow skipped says nothing about the others: another takes its
--- place.
---@param state "issued"|"failed"|"unknown"|"skipped"
---@param reason? credenco.pipeline.Reason
function Alike:ended(state, reason)
  if self.is_decided then return end
  if state == "skipped" then
    self.entered = self.entered - 1
    return
  end
  local cause = reason and state ~= "issued" and cause_of(state, reason)
  self.is_decided = not cause or self.cause ~= nil and self.cause ~= cause
  if self.is_decided then return end
  self.cause, self.seen = cause, self.seen + 1
  if self.seen < M.FIRST then return end
  self.is_decided, self.reason = true, reason
end

return M
