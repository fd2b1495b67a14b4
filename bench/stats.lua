-- Medians and spreads of small samples.
local M = {}

---@class bench.Summary
---@field median number
---@field min number
---@field max number

--- The median and the extremes of at least one number.
---@param numbers number[]
---@return bench.Summary
function M.summary(numbers)
  local sorted = table.move(numbers, 1, #numbers, 1, {})
  table.sort(sorted)
  local middle = (#sorted + 1) / 2
  return {
    median = (sorted[math.floor(middle)] + sorted[math.ceil(middle)]) / 2,
    min = sorted[1],
    max = sorted[#sorted],
  }
end

--- Each number divided by the one of the same round.
---@param numbers number[]
---@param reference number[]
---@return number[]
function M.ratios(numbers, reference)
  local ratios = {}
  for i, number in ipairs(numbers) do
    ratios[i] = number / reference[i]
  end
  return ratios
end

return M
