--- JSON Lines: one JSON object in each line, in UTF-8. Blank lines are ignored.

local buffer = require "credenco.pipeline.source.buffer"
local json_reader = require "credenco.base.json_reader"
local text_check = require "credenco.pipeline.source.text_check"

local M = {}

-- Problems of text that is JSON, but more than a record can hold.
local LOSES = { "^the same name twice", "^this number cannot be held" }

local function loses(problem)
  for _, pattern in ipairs(LOSES) do
    if problem:find(pattern) then return true end
  end
  return false
end

local function refusal(problem, at)
  if loses(problem) then return ("%s (character %d)"):format(problem, at) end
  return ("not JSON at character %d (%s): every line must be one complete JSON object"):format(at, problem)
end

--- One line as a record.
---@param line string
---@return table? record
---@return string? why it is not one
function M.decode(line)
  local flaw = text_check.flaw(line)
  if flaw then return nil, flaw end
  local value, problem, at = json_reader.value(line)
  if problem then return nil, refusal(problem, at) end
  if type(value) ~= "table" or not line:find("^%s*{") then
    return nil, "JSON, but no object: every line must be one object in braces"
  end
  return value
end

--- A decoder for lines that a source gave before.
function M.decoder() return M.decode end

---@class credenco.pipeline.JsonLines : credenco.pipeline.Source
local JsonLines = {}
JsonLines.__index = JsonLines

-- A JSON file that is not JSON Lines would be refused line by line.
local function flaw_of(front)
  if front:find "}%s*\r%s*{" and not front:find("\n", 1, true) then
    return text_check.CARRIAGE_RETURNS
  elseif front:find "^%s*%[%s*[{%]\r\n]" then
    return "it begins with an array: every line must be one object, as  jq -c '.[]' FILE  writes them"
  elseif front:find "^%s*{[ \t]*\r?\n" then
    return "its first object runs over several lines: every line must be one object, as  jq -c . FILE  writes them"
  end
end

---@param text credenco.pipeline.Text
---@param options { name: string, max_record_bytes: integer }
---@return credenco.pipeline.Source?
---@return string? err
function M.open(text, options)
  local front, err = text:look()
  local flaw = err or flaw_of(front)
  if flaw then return nil, flaw end
  return setmetatable({ name = options.name, format = "jsonl", encoding = text.encoding, bytes = text.bytes,
    window = buffer.new(text, options.max_record_bytes), limit = options.max_record_bytes }, JsonLines)
end

-- The line at hand as a broken one, of which the beginning is kept.
function JsonLines:too_long()
  local line = self.window.line
  local kept, err = self.window:skip_line()
  if not kept then return nil, err end
  return { line = line, raw = kept, cut = true,
    broken = ("longer than %d bytes; only its beginning is kept"):format(self.limit) }
end

--- The next line.
---@return credenco.pipeline.Item?
---@return string? err why reading failed
function JsonLines:next()
  while true do
    local line = self.window.line
    local stop, why = self.window:line_end()
    if why == "end" then return nil end
    if why == "limit" then return self:too_long() end
    if not stop then return nil, why end
    local raw = self.window:take(stop)
    if raw:find("%S") then
      local record, flaw = M.decode(raw)
      return { line = line, raw = raw, record = record, broken = flaw }
    end
  end
end

--- Frees the bytes.
function JsonLines:close() self.bytes:close() end

return M
