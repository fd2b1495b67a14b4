--- Ctrl-C and SIGTERM: the first lets what is in flight come to its end, the second stops at once. Nothing is
--- lost either way, because the journal is written before anything that matters is sent.
local exit_code = require "credenco.cli.exit_code"
local uv = require "luv"

local M = {}

---@class credenco.cli.Interrupt
local Interrupt = {}
Interrupt.__index = Interrupt

local function received(self)
  self.count = self.count + 1
  if self.count > 1 or not self.run then
    self.out:note("\nstopped at once; " .. self.hint())
    os.exit(exit_code.interrupted)
  end
  self.out:note "\nstopping when what is in flight has come to its end; once more to stop at once"
  self.run:stop("interrupted")
end

--- Begins to listen.
---@param out credenco.cli.Report
---@param hint fun(): string how to go on
---@return credenco.cli.Interrupt
function M.listen(out, hint)
  local self = setmetatable({ count = 0, out = out, hint = hint, handles = {} }, Interrupt)
  for _, name in ipairs { "sigint", "sigterm" } do
    local handle = uv.new_signal()
    handle:start(name, function() received(self) end)
    self.handles[#self.handles + 1] = handle
  end
  return self
end

--- Looks whether a signal came; the loop of the run does not do so by itself.
function Interrupt.poll()
  uv.run("nowait")
end

function Interrupt:close()
  for _, handle in ipairs(self.handles) do handle:close() end
  uv.run("nowait")
end

return M
