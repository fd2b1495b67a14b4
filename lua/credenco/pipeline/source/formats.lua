--- The formats of a source's bytes. Each has a module of its name beside this one, with `open` and `decoder`. This
--- module needs no rock, since the command line names the formats even if the pipeline's rocks are missing.

local M = {}

--- In the order of the help.
---@type { name: string, extensions: string[] }[]
M.LIST = {
  { name = "csv", extensions = { "csv", "tsv", "txt" } },
  { name = "jsonl", extensions = { "jsonl", "ndjson" } },
}

---@type string[]
M.NAMES = {}

local known, by_extension = {}, {}
for i, format in ipairs(M.LIST) do
  M.NAMES[i] = format.name
  known[format.name] = true
  for _, extension in ipairs(format.extensions) do by_extension[extension] = format.name end
end

---@param name string
---@return boolean
function M.is_known(name)
  return known[name] == true
end

--- The format for a file's name.
---@param path string
---@return string? name
function M.of_name(path)
  local extension = path:gsub("%.[gG][zZ]$", ""):match "%.(%w+)$"
  return extension and by_extension[extension:lower()]
end

--- The format in which a journal stores a source's records: rows and Lua records are stored as JSON.
---@param format string of the source
---@return string name
function M.kept(format)
  return known[format] and format or "jsonl"
end

return M
