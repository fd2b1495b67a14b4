--- Checks whether a source is UTF-8, before anything is sent. One damaged line in a long file costs only that line. A
--- file in another encoding would cost every line with a letter like é, so it is refused, with its most likely
--- encoding.

local core = require "credenco.core"

local M = {}

-- So many bytes that are not UTF-8, with fewer non-ASCII characters that are, decide. The rest need not be read.
local ENOUGH = 1000
-- Counts no further than this.
local PLENTY = 1000000

---@class credenco.pipeline.Survey
---@field characters integer non-ASCII characters
---@field wrong integer bytes that belong to no character
---@field letters integer of these, bytes that are letters and quotes in Windows-1252
---@field lines integer number of the next line
---@field first? { line: integer, byte: integer } of these
local Survey = {}
Survey.__index = Survey

---@return credenco.pipeline.Survey
function M.new()
  return setmetatable({ characters = 0, wrong = 0, letters = 0, lines = 1, rest = "" }, Survey)
end

local function count(text, pattern)
  return select(2, text:gsub(pattern, ""))
end

local function beyond_ascii(text)
  return text:find "[\128-\255]" and count(text, "[\192-\255]") or 0
end

-- The bytes that belong to no character, and the text without them.
local function parted(text)
  local wrong, right, from = {}, {}, 1
  repeat
    local at = core.utf8_flaw(text, from) or #text + 1
    wrong[#wrong + 1], right[#right + 1] = text:sub(at, at), text:sub(from, at - 1)
    from = at + 1
  until from > #text
  return table.concat(wrong), table.concat(right)
end

local function note_wrong(self, text)
  local wrong, right = parted(text)
  if not self.first then
    local at = core.utf8_flaw(text)
    self.first = { line = self.lines + core.line_breaks(text:sub(1, at)), byte = text:byte(at) }
  end
  self.wrong = self.wrong + #wrong
  self.letters = self.letters + count(wrong, "[\128\133\145-\151\153\160-\255]")
  self.characters = self.characters + beyond_ascii(right)
end

local function note(self, text)
  if core.utf8_valid(text) then
    if self.characters < PLENTY then self.characters = self.characters + beyond_ascii(text) end
  else
    note_wrong(self, text)
  end
  self.lines = self.lines + core.line_breaks(text)
end

--- Takes the next bytes into account. An incomplete character at their end waits for the next ones.
---@param chunk string
function Survey:add(chunk)
  local text = self.rest .. chunk
  local whole = text:match "^.*[%z\1-\127]()" or 1
  note(self, text:sub(1, whole - 1))
  self.rest = text:sub(whole)
  if #self.rest > ENOUGH then self:finish() end
end

function Survey:finish()
  note(self, self.rest)
  self.rest = ""
end

--- Whether enough was seen to refuse the source.
---@return boolean
function Survey:is_sure()
  return self.wrong > ENOUGH and self.wrong > self.characters
end

-- The encodings of DOS and the old Macintosh have letters where Windows-1252 has almost none.
local function likely(self)
  if self.letters * 2 >= self.wrong then
    return "most likely Windows-1252: run it with --encoding windows-1252"
  end
  return "most likely from DOS or an old Macintosh: try --encoding cp850 or --encoding macintosh with `claims check`"
end

--- The problem of the source as a whole.
---@return string?
function Survey:flaw()
  if self.wrong <= self.characters then return nil end
  return ("not UTF-8 in line %d (0x%02X), %s, or save it as UTF-8"):format(self.first.line, self.first.byte,
    likely(self))
end

return M
