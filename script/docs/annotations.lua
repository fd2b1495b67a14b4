-- Reads the `---` comments of a Lua file: its head, and each class and public function with its comment.
local M = {}

local CLOSES = { ["("] = 1, ["{"] = 1, ["["] = 1, ["<"] = 1, [")"] = -1, ["}"] = -1, ["]"] = -1, [">"] = -1 }

-- Whether a space between these two belongs to a type, such as that in `fun(): string, integer`.
local function joins(before, after)
  return before:find "[:|,]$" or after:find "^|"
end

--- Divides a type from what follows it.
---@param text string
---@return string type
---@return string rest
function M.split_type(text)
  local depth = 0
  for i = 1, #text do
    local char = text:sub(i, i)
    depth = depth + (CLOSES[char] or 0)
    if depth == 0 and char == " " and not joins(text:sub(1, i - 1), text:sub(i):gsub("^ +", "")) then
      return text:sub(1, i - 1), (text:sub(i):gsub("^ +", ""))
    end
  end
  return text, ""
end

local TAGS = {}

function TAGS.param(item, text)
  local name, rest = text:match "^(%S+)%s+(.*)$"
  local type_of, words = M.split_type(rest)
  item.params[#item.params + 1] = { name = name, type = type_of, words = words }
  return item.params[#item.params]
end

TAGS["return"] = function(item, text)
  local type_of, words = M.split_type(text)
  item.returns[#item.returns + 1] = { type = type_of, words = words }
  return item.returns[#item.returns]
end

function TAGS.field(item, text)
  if text:find "^private " then return {} end
  return TAGS.param({ params = item.fields }, text)
end

function TAGS.class(item, text)
  item.class, item.parent = text:match "^([%w_.]+) *:? *([%w_.]*)"
  return item
end

local function parse_block(lines)
  local item = { text = {}, params = {}, returns = {}, fields = {} }
  local last
  for _, line in ipairs(lines) do
    local tag, rest = line:match "^@(%a+)%s*(.*)$"
    if tag then
      last = TAGS[tag] and TAGS[tag](item, rest)
    elseif last and last.words then
      last.words = (last.words .. " " .. line:gsub("^%s+", "")):gsub("^ ", "")
    else
      item.text[#item.text + 1] = line
    end
  end
  return item
end

-- A block of `---` lines, and the line after it.
local function blocks(text)
  local found, block = {}, {}
  for line in (text .. "\n"):gmatch "(.-)\n" do
    local comment = line:match "^%-%-%- ?(.*)$"
    if comment then
      block[#block + 1] = comment
    elseif block[1] then
      found[#found + 1] = { lines = block, followed_by = line }
      block = {}
    end
  end
  return found
end

---@class docs.Item
---@field text string[] the description
---@field params { name: string, type: string, words: string }[]
---@field returns { type: string, words: string }[]
---@field fields { name: string, type: string, words: string }[]
---@field class string?
---@field parent string?    of a class, "" for none
---@field name string?      of a function, such as `M.new`
---@field arguments string? as they are declared

--- The classes and the public functions of a file, in its order.
---@param path string
---@return docs.Item[] items
---@return string[] head the file's first comment
function M.read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  local items, head = {}, {}
  for number, block in ipairs(blocks(text)) do
    local item = parse_block(block.lines)
    item.name, item.arguments = block.followed_by:match "^function ([%w_]+[.:][%w_]+)(%b())"
    if number == 1 and not item.name and not item.class then head = item.text end
    if item.class or item.name then items[#items + 1] = item end
  end
  return items, head
end

return M
