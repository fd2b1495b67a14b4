--- Recognises an outage of the whole server, as opposed to a single record that it cannot handle: for some time, many
--- requests in a row have got no useful response.

local M = {}

local IN_A_ROW = 20

---@class credenco.pipeline.Outage
local Outage = {}
Outage.__index = Outage

---@param patience_ms number how long it may last before the run stops
---@return credenco.pipeline.Outage
function M.new(patience_ms)
  return setmetatable({ patience_ms = patience_ms, in_a_row = 0 }, Outage)
end

--- A request had a useful response.
function Outage:over()
  self.in_a_row, self.since_ms = 0, nil
end

---@param now_ms number
function Outage:seen(now_ms)
  self.in_a_row = self.in_a_row + 1
  self.since_ms = self.since_ms or now_ms
end

---@return boolean
function Outage:is_on()
  return self.in_a_row >= IN_A_ROW
end

---@param now_ms number
---@return number? lasts_ms how long no request has got through; nil if one has
function Outage:lasts_ms(now_ms)
  return self:is_on() and now_ms - self.since_ms or nil
end

---@param now_ms number
---@return boolean
function Outage:is_long(now_ms)
  return self.since_ms ~= nil and now_ms - self.since_ms >= self.patience_ms
end

return M
