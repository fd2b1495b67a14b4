--- Whether the first records of a run all fail in the same way, as with a mistyped template: then the others would, too.
---
--- The first are those that were read first. What ends first would say little: a record that fails before anything is
--- sent overtakes all that are being issued.

local M = {}

--- So many records are looked at.
M.FIRST = 20

---@class credenco.pipeline.Alike
---@field reason? credenco.pipeline.Reason why all of the first records failed; nil when they did not, or not yet
---@field private entered integer records that are looked at
---@field private seen integer those of them that have failed
---@field private cause? string of all that have
---@field is_decided boolean there is nothing to look for any more
local Alike = {}
Alike.__index = Alike

---@return credenco.pipeline.Alike
function M.new()
  return setmetatable({ entered = 0, seen = 0, is_decided = false }, Alike)
end

--- A record begins, or a line has failed that none came of.
---@return boolean is_first it is one of the first
function Alike:enter()
  if self.is_decided or self.entered == M.FIRST then return false end
  self.entered = self.entered + 1
  return true
end

-- What a server or a mapping says may name the record; what kind of end it is does not.
local function cause_of(state, reason)
  return ("%s %s at %s"):format(state, tostring(reason.code), tostring(reason.step))
end

--- One of the first records has come to its end. One that the workflow did not want says nothing about the others:
--- another takes its place.
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
