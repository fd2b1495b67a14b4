-- The records every peer issues; records.h, records.go and records.js make the same values.
-- A thousand different ones are made before the clock starts, and flow i takes record i % 1000.

local M = { distinct = 1000 }

local function record(i)
  return {
    wallet_key = ("5f0c7a9e-1b7d-4c33-9f5e-%012d"):format(i),
    template_id = "ebw_oid",
    correlation_id = ("bench-%06d"):format(i),
    claims = {
      id = ("9%07d"):format(i),
      name = "CoolSoft B.V.",
      issuing_authority = "Credenco",
      issuing_country = "NL",
    },
  }
end

local made = {}
for i = 1, M.distinct do
  made[i] = record(i - 1)
end

--- The record of flow `index`, counted from 0.
---@param index integer
---@return table
function M.at(index)
  return made[index % M.distinct + 1]
end

--- A list of the records of `count` flows.
---@param count integer
---@return table[]
function M.list(count)
  local list = {}
  for i = 1, count do
    list[i] = M.at(i - 1)
  end
  return list
end

return M
