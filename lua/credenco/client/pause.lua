--- The waits between the requests of a client. They end when the client is closed.

local loop = require "credenco.loop"

local M = {}

local WEAK_KEYS = { __mode = "k" } -- nginx may kill a waiting task

--- A set for the waits of a client.
---@return table<table, boolean>
function M.new()
  return setmetatable({}, WEAK_KEYS)
end

--- Waits `ms` milliseconds, or until `finish`.
---@param waiting table<table, boolean>
---@param ms number
function M.wait(waiting, ms)
  local ticket = loop.self()
  waiting[ticket] = true
  loop.wait(ticket, loop.now_ms() + ms)
  waiting[ticket] = nil
end

--- Ends all current waits.
---@param waiting table<table, boolean>
function M.finish(waiting)
  local tickets = {}
  for ticket in pairs(waiting) do tickets[#tickets + 1] = ticket end
  for _, ticket in ipairs(tickets) do loop.wake(ticket) end
end

return M
