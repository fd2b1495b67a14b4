-- The companies of this benchmark, as a register would export them: numbers in a row, names of their own, wallets with
-- random keys. No record is another one's again, so that nothing of it is in memory yet when it comes to its turn.
local M = {}

local WALLETS = 1000
local FIRST = { "Cool", "Noord", "Zuid", "Blauw", "Delta", "Vecht", "Maas", "Kroon", "Linde", "Ster", "Wind" }
local SECOND = { "Soft", "Bouw", "Handel", "Transport", "Zorg", "Techniek", "Advies" }

-- Numbers of no pattern, the same ones in every process and on both engines (Park and Miller's generator).
local state = 7

local function digit()
  state = state * 16807 % 2147483647
  return ("%x"):format(state % 16)
end

local function wallet_key()
  return (("xxxxxxxx-xxxx-4xxx-9xxx-xxxxxxxxxxxx"):gsub("x", digit))
end

local wallets = {}
for i = 1, WALLETS do wallets[i] = wallet_key() end

--- Number, wallet key and name of a company.
---@param i integer
---@return string id
---@return string wallet_key
---@return string name
function M.at(i)
  local name = FIRST[i % #FIRST + 1] .. SECOND[i % #SECOND + 1] .. " B.V."
  return ("%d"):format(10000000 + i), wallets[i % WALLETS + 1], name
end

--- The records of `count` companies, as issue_many takes them.
---@param count integer
---@return table[]
function M.list(count)
  local list = {}
  for i = 1, count do
    local id, key, name = M.at(i)
    list[i] = { template_id = "ebw_oid", wallet_key = key,
      claims = { id = id, name = name, issuing_authority = "Credenco", issuing_country = "NL" } }
  end
  return list
end

return M
