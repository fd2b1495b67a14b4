-- A name server for nginx's `resolver`: knows localhost, and that there is nothing else. It answers while
-- luv's loop turns.
local uv = require "luv"
local wait = require "spec.support.wait"

local QUESTION_AT = 13 -- after the header's twelve bytes (RFC 1035, 4.1)
local LOCALHOST = "\9localhost\0"
local TYPE_A = "\0\1"
local ADDRESS = "\192\12\0\1\0\1\0\0\0\60\0\4\127\0\0\1" -- the name asked for, A, IN, 60 s, 127.0.0.1

local function answer(query)
  local name, kind = query:match("^(.-%z)(..)", QUESTION_AT)
  local question = query:sub(QUESTION_AT, QUESTION_AT + #name + 3)
  local known = name:lower() == LOCALHOST
  local has_address = known and kind == TYPE_A
  local flags = known and "\129\128" or "\129\131" -- no error, or no such name
  local counts = "\0\1" .. (has_address and "\0\1" or "\0\0") .. "\0\0\0\0"
  return query:sub(1, 2) .. flags .. counts .. question .. (has_address and ADDRESS or "")
end

local M = {}

---@return { port: integer, stop: fun(self: table) }
function M.start()
  local socket = uv.new_udp()
  assert(socket:bind("127.0.0.1", 0))
  socket:recv_start(function(_, query, from)
    if query and from then socket:send(answer(query), from.ip, from.port, function() end) end
  end)
  return {
    port = socket:getsockname().port,
    stop = function() wait.close(socket) end,
  }
end

return M
