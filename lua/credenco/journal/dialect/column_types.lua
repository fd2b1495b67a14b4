--- The values of items in a statement over many: their SQL types, and their fields in an item.

local cjson = require "cjson"

local M = {}

--- Takes the place of nil, since a list of values must not have a hole.
M.NULL = cjson.null

--- The SQL type of each column.
M.TYPE = {
  workflow = "TEXT", key = "TEXT", line = "INTEGER", input = "TEXT", step = "INTEGER", offer = "TEXT", wallet = "TEXT",
  code = "TEXT", stage = "TEXT", message = "TEXT", template_id = "TEXT", correlation_id = "TEXT", delivery = "TEXT",
  status = "TEXT", revocation_uuid = "TEXT",
}

-- The field of an item, if its name differs. `stored` is the form in which the database takes any bytes.
local FIELD = { input = "stored", message = "stored", wallet = "wallet_key" }

--- One column of several items.
---@param name string
---@param items table[]
---@param from integer
---@param to integer
---@param values any[] the list to fill, at every `stride`th place from `first` on
---@param first integer
---@param stride integer
function M.fill(name, items, from, to, values, first, stride)
  local field, at = FIELD[name] or name, first
  for i = from, to do
    local value = items[i][field]
    if value == nil then value = M.NULL end
    values[at] = value
    at = at + stride
  end
end

return M
