-- The file that the benchmark of the pipeline reads: a company a line.
local companies = require "bench.pipeline.companies"

local M = {}

---@param path string
---@param count integer
---@param before? integer the number of companies to skip
function M.write(path, count, before)
  before = before or 0
  local file = assert(io.open(path, "w"))
  file:write("id,wallet,name\n")
  for i = before + 1, before + count do
    local id, wallet_key, name = companies.at(i)
    file:write(("%s,%s,%s\n"):format(id, wallet_key, name))
  end
  file:close()
end

return M
