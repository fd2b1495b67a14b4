--- Text encodings: their names, their byte-order marks, and conversion to and from UTF-8.

local core = require "credenco.core"
local recode = require "credenco.recode"

local M = {}

M.UTF8 = "utf-8"

-- Byte-order marks, the longer first.
M.MARKS = {
  { bytes = "\239\187\191", encoding = "utf-8" },
  { bytes = "\255\254\0\0", encoding = "utf-32le" },
  { bytes = "\0\0\254\255", encoding = "utf-32be" },
  { bytes = "\255\254", encoding = "utf-16le" },
  { bytes = "\254\255", encoding = "utf-16be" },
}

-- Names without a byte order, which a mark decides; without a mark it is that of Windows.
local WITH_MARK = {
  ["utf8"] = "utf-8", ["utf-16"] = "utf-16le", ["utf16"] = "utf-16le", ["unicode"] = "utf-16le", ["ucs-2"] = "utf-16le",
  ["utf-32"] = "utf-32le", ["utf32"] = "utf-32le",
}

--- Follows the name of an encoding in which a file has a mark.
M.MARKED = "+mark"

--- The byte-order mark of a file in an encoding, or "".
---@param name? string such as `utf-16le+mark`; nil is UTF-8 without a mark
---@return string bytes
function M.mark_of(name)
  for _, mark in ipairs(M.MARKS) do
    if name == mark.encoding .. M.MARKED then return mark.bytes end
  end
  return ""
end

--- The encoding that the user means.
---@param name string
---@return string? encoding
---@return string? flaw
function M.named(name)
  local lower = name:lower()
  lower = WITH_MARK[lower] or lower
  -- a suffix of GNU's such as //IGNORE would drop text silently
  if not lower:find "^[%w_.:-]+$" or not recode.converter("UTF-8", lower) then
    return nil, ("%q is not an encoding that this system knows (`iconv -l` lists them)"):format(name)
  end
  return lower
end

--- A piece of text in its original bytes.
---@param text string whole characters that came from the encoding; any bytes if that is UTF-8
---@param name? string such as `windows-1252` or `utf-16le+mark`
---@return string
function M.encoded(text, name)
  local bare = name and name:gsub("%+mark$", "")
  if not bare or bare == M.UTF8 then return text end
  local converter = recode.converter(bare, "UTF-8")
  return assert(converter:feed(text)) .. assert(converter:finish())
end

---@class credenco.pipeline.Decoded
---@field input table a source of bytes
local Decoded = {}
Decoded.__index = Decoded

--- Turns bytes into UTF-8.
---@param input table
---@param encoding string
---@return credenco.pipeline.Decoded
function M.decoded(input, encoding)
  local converter = recode.converter("UTF-8", encoding)
  return setmetatable({ input = input, encoding = encoding, lines = 1, converter = converter }, Decoded)
end

-- Some encodings write an accent behind its letter, so a letter is held back until the next byte or the end.
local function last_text(self)
  local text = self.converter:finish()
  if not text then return nil, ("it ends in the middle of a character of %s"):format(self.encoding) end
  return text ~= "" and text or nil
end

---@return string? chunk nil at the end, and if reading failed
---@return string? err
function Decoded:read()
  while true do
    local chunk, err = self.input:read()
    if err then return nil, err end
    if not chunk then return last_text(self) end
    local text, before, byte = self.converter:feed(chunk)
    if not text then
      return nil, ("not %s in line %d (0x%02X)"):format(self.encoding, self.lines + core.line_breaks(before), byte)
    end
    self.lines = self.lines + core.line_breaks(text)
    if text ~= "" then return text end
  end
end

---@return boolean
function Decoded:would_wait()
  return self.input:would_wait()
end

return M
