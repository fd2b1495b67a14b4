-- The file that the benchmark of the pipeline reads: a company a line.
local companies = require "bench.pipeline.companies"

local M = {}

---@param path string
---@param count integer
function M.write(path, count)
  local file = assert(io.open(path, "w"))
  file:write("id,wallet,name\n")
  for i = 1, count do
    local id, wallet_key, name = companies.at(i)
    file:write(("%s,%s,%s\n"):format(id, wallet_key, name))
  end
  file:close()
end

return M
