-- Reads Prometheus' text format as strictly as it is written down: every sample belongs to the family that is
-- announced above it, and none comes twice.
local M = {}

local SUFFIXES = { histogram = { _bucket = true, _sum = true, _count = true } }

local function belongs(name, family, kind)
  if kind ~= "histogram" then return name == family end
  return name:sub(1, #family) == family and SUFFIXES.histogram[name:sub(#family + 1)] ~= nil
end

--- The samples of a text: what stands before the value, and the value.
---@param text string
---@return table<string, number>
function M.read(text)
  assert(text:sub(-1) == "\n", "the last line has no end")
  local samples, family, kind, seen = {}, nil, nil, {}
  for line in text:gmatch "([^\n]*)\n" do
    local helped = line:match "^# HELP ([%w_:]+) %S"
    local typed, of_type = line:match "^# TYPE ([%w_:]+) (%l+)$"
    if helped then
      assert(not seen[helped], "a family comes twice: " .. line)
      seen[helped], family, kind = true, helped, nil
    elseif typed then
      assert(typed == family and not kind, "TYPE without its HELP: " .. line)
      kind = of_type
    else
      local series, value = line:match "^(%S.*) (%S+)$"
      assert(series and tonumber(value), "no sample: " .. line)
      assert(belongs(series:match "^[%w_:]+", family, kind), "not of its family: " .. line)
      assert(not samples[series], "a sample comes twice: " .. line)
      samples[series] = tonumber(value)
    end
  end
  return samples
end

--- The sum of a family's samples that have all of these labels.
---@param samples table<string, number>
---@param name string
---@param labels table<string, string|number>?
---@return number
function M.sum(samples, name, labels)
  local sum = 0
  for series, value in pairs(samples) do
    local fits = series:match "^[%w_:]+" == name
    for label, wanted in pairs(labels or {}) do
      fits = fits and series:find(('%s="%s"'):format(label, wanted), 1, true) ~= nil
    end
    if fits then sum = sum + value end
  end
  return sum
end

return M
