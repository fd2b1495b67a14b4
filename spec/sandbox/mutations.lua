--- Changes valid inputs a little, at random: the bytes of a text, and the values of a JSON document. The same seed gives
--- the same changes.
local json = require "credenco.sandbox.ground.json"

local M = {}

local random = math.random

local function pick(list) return list[random(#list)] end

--- A place for what no table can hold; `M.encode` writes it as 1e400.
local TOO_LARGE = "@@1e400@@"

local VALUES = {
  json.null, true, false, 0, 1, -1, 1.5, 1e300, 2 ^ 53, "", "x", "...", "_sd", "\0", "\195\188", TOO_LARGE, ("a"):rep(70000),
  {}, json.array {}, json.array { 1 }, json.array { json.null }, { x = 1 }, { ["..."] = "d" }, { _sd = json.array { "d" } },
  { _sd = "d" }, { _sd = json.array { 1 } }, { ["1"] = 1 }, { id = "x" }, "did:jwk:e30", "did:web:", "http://127.0.0.1:1/",
}
local NAMES = { "_sd", "...", "_sd_alg", "1", "", "id", "iss", "vct", "exp", "cnf", "status", "kid", "jwk", "\0" }

--- Deeper than a reader takes, and not too deep to be written.
local DEEP = "x"
for _ = 1, 70 do DEEP = { x = DEEP } end
VALUES[#VALUES + 1] = DEEP

local function copy(value)
  if type(value) ~= "table" then return value end
  local new = json.is_array(value) and json.array {} or {}
  for key, child in pairs(value) do new[key] = copy(child) end
  return new
end

--- Every { parent, key } inside of a value.
local function places(value, found)
  for key, child in pairs(value) do
    found[#found + 1] = { value, key }
    if type(child) == "table" then places(child, found) end
  end
  return found
end

--- What can become of the value at a place. A list never gets a hole.
local CHANGES = {
  function(parent, key) parent[key] = copy(pick(VALUES)) end,
  function(parent, key)
    if json.is_array(parent) then table.remove(parent, key) else parent[key] = nil end
  end,
  function(parent, key) parent[key] = json.array { parent[key], copy(parent[key]) } end,
  function(parent, key)
    if json.is_array(parent) then table.insert(parent, copy(pick(VALUES))) else parent[pick(NAMES)] = copy(parent[key]) end
  end,
  function(parent, key)
    for _ = 1, pick { 3, 70 } do parent[key] = { x = parent[key] } end
  end,
}

--- A changed copy of a JSON object or array; now and then something else in its place.
function M.value(value)
  if random(20) == 1 then return copy(pick(VALUES)) end
  local changed = copy(value)
  for _ = 1, pick { 1, 1, 1, 2, 3 } do
    local all = places(changed, {})
    if #all > 0 then
      local place = pick(all)
      pick(CHANGES)(place[1], place[2])
    end
  end
  return pcall(json.encode, changed) and changed or copy(DEEP)
end

--- JSON of a changed value.
function M.encode(value)
  local ok, text = pcall(json.encode, value)
  return ok and (text:gsub('"@@1e400@@"', "1e400")) or "[]"
end

local BYTES = { '"', "{", "}", "[", "]", ",", ":", "\\", "\0", "\255", " ", ".", "~", "=", "-", "_", "1", "e", "/", "#", "%" }

--- A text with some bytes changed, taken out or put in.
function M.text(text)
  for _ = 1, pick { 1, 1, 2, 5 } do
    local at = random(0, #text)
    local length = pick { 0, 1, 1, 10 }
    local insert = pick { "", pick(BYTES), text:sub(at, at + random(0, 20)), string.char(random(0, 255)) }
    text = text:sub(1, at) .. insert .. text:sub(at + length + 1)
  end
  return text
end

return M
