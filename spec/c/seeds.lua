-- Writes the input of every vector into a file of its own, for the fuzzer to begin with:
-- `seeds.lua VECTORS.json FOLDER`.
local cjson = require "cjson"

local vectors, folder = arg[1], arg[2]
local file = assert(io.open(vectors, "rb"))
local cases = cjson.decode(file:read("*a")).cases
file:close()

-- As fuzz_http.c reads it: a byte that chooses the request, and the response.
local function response(case)
  return (case.method == "HEAD" and "\1" or "\0") .. case.bytes
end

for i, case in ipairs(cases) do
  local seed = assert(io.open(("%s/%03d"):format(folder, i), "wb"))
  seed:write(case.request_uri or response(case))
  seed:close()
end
