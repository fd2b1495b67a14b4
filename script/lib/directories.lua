--- Finds how the directories of lua/credenco use each other, from the modules that their code names; run from the
--- checkout's root.
---
---   directories.lua           prints the graph: each directory with those that it uses, which come before it
---   directories.lua cycles    prints each cycle of directories, one a line; there must be none
---
--- A directory is `init.lua`, or the file of its name beside it, as the entrance for others; its other files, together as
--- `*.lua`; and the directories in it. Between these, too, the direction is one.

local sorted_keys = require "credenco.base.sorted_keys"

local ROOT = "lua/credenco"

local function lines_of(command)
  local pipe = assert(io.popen(command))
  local lines = {}
  for line in pipe:lines() do lines[#lines + 1] = line end
  pipe:close()
  return lines
end

local function text_of(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

-- The place of each module, as a path: `journal/dialect/init` for credenco.journal.dialect, `metrics/init` for
-- metrics.lua beside metrics/.
local function places()
  local place, files, directories = {}, {}, {}
  local all = lines_of("find " .. ROOT .. " -name '*.lua'")
  for _, file in ipairs(all) do directories[file:match "^(.*)/"] = true end
  for _, file in ipairs(all) do
    local path = file:gsub("%.lua$", "")
    local name = path:gsub("/init$", ""):gsub("^lua/", ""):gsub("/", ".")
    if directories[path] then path = path .. "/init" end
    place[name], files[name] = path:sub(#ROOT + 2), file
  end
  return place, files
end

-- The modules that a text requires. It leaves out a name that the code composes, such as a command's: that code depends
-- on a table of names.
local function each_use(text, place, use)
  for name in text:gmatch "require *%(? *[\"'](credenco[%w_.]*)[\"']" do
    if place[name] then use(place[name]) end
  end
end

local ENTRANCE, FILES = "init.lua", "*.lua"

-- Compares two places: the directory that holds both, and the part of it to which each belongs.
local function parting(from, to)
  local directory = ""
  while true do
    local a, rest_a = from:match "^([^/]+)/(.+)$"
    local b, rest_b = to:match "^([^/]+)/(.+)$"
    if not a or a ~= b then break end
    directory, from, to = directory .. a .. "/", rest_a, rest_b
  end
  local function part(path)
    return path == "init" and ENTRANCE or path:match "^[^/]+/" or FILES
  end
  return directory, part(from), part(to)
end

-- For each directory: its parts, and which of the others each uses.
local function graph()
  local place, files = places()
  local parts = {}
  for name, from in pairs(place) do
    each_use(text_of(files[name]), place, function(to)
      local directory, a, b = parting(from, to)
      local level = parts[directory] or {}
      parts[directory], level[a], level[b] = level, level[a] or {}, level[b] or {}
      if a ~= b then level[a][b] = true end
    end)
  end
  return parts
end

-- The parts of a directory, each after those that it uses; and a cycle, where there is one.
local function in_order(level)
  local order, state, cycle = {}, {}, nil
  local function visit(part, path)
    if state[part] == "done" then return end
    path = path .. " > " .. part
    if state[part] then
      cycle = cycle or path:sub(4)
      return
    end
    state[part] = "begun"
    for _, used in ipairs(sorted_keys(level[part])) do visit(used, path) end
    state[part] = "done"
    order[#order + 1] = part
  end
  for _, part in ipairs(sorted_keys(level)) do visit(part, "") end
  return order, cycle
end

local function has_directories(level)
  for part in pairs(level) do
    if part:sub(-1) == "/" then return true end
  end
end

local function print_directory(parts, directory, indent)
  local level = parts[directory]
  for _, part in ipairs((in_order(level))) do
    print((("%-20s%s"):format(indent .. part, table.concat(sorted_keys(level[part]), " ")):gsub(" +$", "")))
    local inside = parts[directory .. part]
    if inside and has_directories(inside) then print_directory(parts, directory .. part, indent .. "  ") end
  end
end

local parts = graph()
if arg[1] == "cycles" then
  for _, directory in ipairs(sorted_keys(parts)) do
    local _, cycle = in_order(parts[directory])
    if cycle then print("lua/credenco/" .. directory .. ": " .. cycle) end
  end
else
  print_directory(parts, "", "")
end
