--- A connection to a journal in a thread of its own: requests continue while the database works and flushes the disk.
--- Only the task that asked waits.

local cjson = require("cjson").new() -- with settings of its own
local loop = require "credenco.loop"
local uv = require "luv"

local M = {}

-- How long to wait before checking whether the thread has finished. Each check is a turn of the loop. A slow disk or a
-- busy machine would need many, so each wait is half as long again.
local FIRST_LOOK_MS, LONGEST_LOOK_MS, GROWTH = 1, 10, 1.5

---@class credenco.journal.Background
local Background = {}
Background.__index = Background

-- Runs in the thread, in a Lua state of its own: it has no outer variables, and nobody would see its errors.
local function thread_main(path, cpath, fd, url)
  package.path, package.cpath = path, cpath
  if not pcall(function() require("credenco.journal.executor").serve(fd, url) end) then
    require("luv").fs_close(fd)
  end
end

local function heard(self, err, chunk)
  if err or not chunk then
    self.gone = true
  else
    self.text = self.text .. chunk
  end
end

-- The next line from the thread. Reads the stream only while a task waits, so that it keeps no other loop alive.
local function result_of(self)
  self.stream:read_start(function(...) heard(self, ...) end)
  local wait_ms = FIRST_LOOK_MS
  while not self.gone and not self.text:find("\n", 1, true) do
    uv.run "nowait"
    if self.text == "" and not self.gone then
      loop.sleep(wait_ms)
      wait_ms = math.min(wait_ms * GROWTH, LONGEST_LOOK_MS)
    end
  end
  if not self.gone then self.stream:read_stop() end
  local line = self.text
  self.text = ""
  return line ~= "" and cjson.decode(line) or { err = "the journal's thread has ended" }
end

--- Opens another connection to a journal that is open already.
---@param url string a path, or `postgres://...`
---@return credenco.journal.Background?
---@return string? err also if a new Lua state does not find the modules, as with the caller's own loader
function M.open(url)
  local ends, err = uv.socketpair("stream", nil, { nonblock = true }, {})
  if not ends then return nil, err end
  local self = setmetatable({ stream = uv.new_pipe(false), text = "" }, Background)
  self.stream:open(ends[1])
  self.thread, err = uv.new_thread(thread_main, package.path, package.cpath, ends[2], url)
  if not self.thread then
    uv.fs_close(ends[2])
    self:close()
    return nil, err
  end
  local result = result_of(self)
  if not result.err then return self end
  self:close()
  return nil, result.err
end

--- Makes the changes of all groups in one transaction, and waits for it. Only one task may call it at a time.
---@param groups credenco.journal.Write[][]
---@return (integer|any[][])[]? results of each group, see `credenco.journal.batch.carry_out`; in rows `columns.NULL`
---  stands for nil
---@return string? err nothing was changed; or the connection broke, and the outcome is unknown
function Background:carry_out(groups)
  self.stream:write(cjson.encode(groups) .. "\n")
  local result = result_of(self)
  return result.results, result.err
end

--- Ends the thread and its connection, after its current work.
function Background:close()
  self.gone = true -- for a task that still waits, after an error that ended the run
  self.stream:close()
  uv.run "nowait"
  if not self.thread then return end
  self.thread:join()
  uv.run "nowait" -- luv 1.45 and later keep a handle until the end of a thread, and crash at exit while it is open
end

return M
