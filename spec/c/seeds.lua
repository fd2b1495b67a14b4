-- Writes the request_uri of every vector into a file of its own, for the fuzzer to begin with:
-- `seeds.lua VECTORS.json FOLDER`.
local cjson = require "cjson"

local vectors, folder = arg[1], arg[2]
local file = assert(io.open(vectors, "rb"))
local cases = cjson.decode(file:read("*a")).cases
file:close()

for i, case in ipairs(cases) do
  local seed = assert(io.open(("%s/%03d"):format(folder, i), "wb"))
  seed:write(case.request_uri)
  seed:close()
end
