--- How the client sends an API key: the header field of each scheme, and the prefix of the key in it.

local M = {}

--- In the order of the help. The first is the default.
---@type { name: string, field: string, prefix: string }[]
M.LIST = {
  { name = "x-api-key", field = "x-api-key", prefix = "" },
  { name = "bearer", field = "authorization", prefix = "Bearer " },
}

---@type string[]
M.NAMES = {}
---@type table<string, { name: string, field: string, prefix: string }>
M.BY_NAME = {}
for i, scheme in ipairs(M.LIST) do
  M.NAMES[i] = scheme.name
  M.BY_NAME[scheme.name] = scheme
end

return M
