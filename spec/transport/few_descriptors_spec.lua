-- A client in a process that has no file descriptor left: an error, nothing sent, and the next call after some are free.
local few_files = require "spec.support.few_files"
local files = require "spec.support.files"
local Misbehaving = require "spec.support.misbehaving"

local PROGRAM = [[
local credenco = require "credenco"
require "credenco.transport.curl"
local client = credenco.new { base_url = %q, api_key = "k", retry = { max_attempts = 1 } }
local taken = {}
repeat
  local file = io.open "/dev/null" -- kept, or the collector would free it
  taken[#taken + 1] = file
until not file
local function ask()
  local status, err = client:issue_status "1"
  print(status and status.status or table.concat({ err.code, err.sent }, " "))
end
ask() -- nothing can be made
for _ = 1, %d do table.remove(taken):close() end
ask()
for _ = 1, 20 do table.remove(taken):close() end
ask()
]]

-- The interpreter that runs the specs, whichever it is.
local function interpreter()
  local pipe = io.popen "readlink /proc/$PPID/exe"
  local path = pipe:read "*l"
  pipe:close()
  return path
end

describe("without a free file descriptor a call", function()
  local server = Misbehaving.use()

  for _, spare in ipairs { 0, 1, 2, 3 } do
    it(("fails as one that was not sent, and with %d free ones, where those do not do"):format(spare), function()
      files.write(server.folder .. "/run.lua", PROGRAM:format(server:scenario().url, spare))
      local said = few_files.said_by(64, ("%s %s/run.lua"):format(interpreter(), server.folder))
      local first, second, third = said:match "^(.-)\n(.-)\n(.-)\n$"
      assert.same({ "connect_failed no", "issue_completed" }, { first, third }, said)
      -- How many a connection takes differs with libcurl, and with epoll.
      assert.is_true(second == "connect_failed no" or spare > 0 and second == "issue_completed", said)
    end)
  end
end)
