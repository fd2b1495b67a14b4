-- The file that the benchmark of the pipeline reads: the same companies as bench/records.lua, one a line.
local M = {}

---@param path string
---@param count integer
function M.write(path, count)
  local file = assert(io.open(path, "w"))
  file:write("id,wallet,name\n")
  for i = 1, count do
    file:write(("%d,5f0c7a9e-1b7d-4c33-9f5e-%012d,CoolSoft B.V.\n"):format(10000000 + i, i % 1000))
  end
  file:close()
end

return M
