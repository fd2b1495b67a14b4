--- Ctrl-C, SIGTERM and a closed terminal (SIGHUP): the first lets requests in flight finish, the second stops at once.
--- Nothing is lost either way, because the journal is written before anything that matters is sent.

local core = require "credenco.core"

local M = {}

---@class credenco.cli.Interrupt
---@field run? credenco.pipeline.Run nil before there is one: then the first signal stops at once
local Interrupt = {}
Interrupt.__index = Interrupt

local function last_words(self)
  local message = "stopped at once; " .. self.hint()
  return self.out:failure_text({ code = "interrupted", message = message }, "\n" .. message) .. "\n"
end

--- Begins to listen.
---@param out credenco.cli.Report
---@param hint fun(): string how to continue
---@return credenco.cli.Interrupt
function M.listen(out, hint)
  local self = setmetatable({ count = 0, out = out, hint = hint }, Interrupt)
  core.signals_listen(last_words(self), 0)
  return self
end

--- From now on the first signal lets the run finish.
---@param run credenco.pipeline.Run
function Interrupt:spare(run)
  self.run = run
  core.signals_listen(last_words(self), 1)
end

--- Checks for a signal.
function Interrupt:poll()
  if core.signals_count() == self.count then return end
  self.count = core.signals_count()
  self.out:note "\nstopping when the requests in flight have ended; press Ctrl-C again to stop at once"
  self.run:stop "interrupted"
end

--- The next signal stops at once again.
function Interrupt:close()
  core.signals_listen(last_words(self), 0)
end

return M
