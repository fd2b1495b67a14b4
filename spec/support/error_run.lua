-- Makes the calls of many cases, some at a time, wherever the client runs; see error_call.lua.
local error_call = require "spec.support.error_call"

local AT_ONCE = 32
local PAGE_BYTES = 4096

local M = {}

-- Memory of this process in bytes.
local function resident()
  local file = assert(io.open "/proc/self/statm")
  local pages = tonumber(file:read("*a"):match "^%d+ (%d+)")
  file:close()
  return pages * PAGE_BYTES
end

local function nothing_thrown(case, urls, common)
  local ok, outcome = pcall(error_call.make, case, urls, common)
  return ok and outcome or { thrown = tostring(outcome) }
end

-- Memory that waits for the collector does not count as growth; each engine collects at other times.
local COLLECT_EVERY = 16

-- The numbers of those that may run beside others, and of those that may not.
local function parted(cases)
  local beside, alone = {}, {}
  for i, case in ipairs(cases) do
    local part = case.alone and alone or beside
    part[#part + 1] = i
  end
  return beside, alone
end

---@param cases table[]
---@param urls table[]      those of each case
---@param common table?     options of every client
---@param together fun(tasks: function[])  runs tasks at once and returns when all have ended
---@return spec.Outcome[] outcomes  or { thrown }
---@return integer growth_bytes  of this process, at most, once a call had been made
function M.all(cases, urls, common, together)
  local outcomes, before, most, made = {}, nil, 0, 0
  local function worker_on(numbers)
    return function()
      while #numbers > 0 do
        local i = table.remove(numbers)
        outcomes[i] = nothing_thrown(cases[i], urls[i], common)
        made = made + 1
        if made % COLLECT_EVERY == 0 then collectgarbage() end
        before = before or resident()
        most = math.max(most, resident())
      end
    end
  end
  local beside, alone = parted(cases)
  local tasks = {}
  for i = 1, AT_ONCE do tasks[i] = worker_on(beside) end
  together(tasks)
  together { worker_on(alone) }
  return outcomes, most - before
end

--- `together` for the loop of plain Lua.
---@param tasks function[]
function M.together(tasks)
  local loop = require "credenco.loop"
  local running = #tasks
  for _, task in ipairs(tasks) do
    loop.spawn(function()
      task()
      running = running - 1
    end)
  end
  while running > 0 do loop.turn() end
end

return M
