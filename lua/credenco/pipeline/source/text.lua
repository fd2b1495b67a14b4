--- The UTF-8 text of a source, from its bytes: unpacked, decoded, without a byte-order mark. Refuses bytes that are not
--- text, or in another encoding than expected, before any of them are used, with advice.

local encoding = require "credenco.pipeline.source.encoding"
local survey = require "credenco.pipeline.source.survey"
local unpacked = require "credenco.pipeline.source.unpacked"

local M = {}

local GZIP = "\31\139"

local SPREADSHEET = "export it as CSV (in a spreadsheet: \"CSV UTF-8\")"
local FOREIGN = {
  { "PK\3\4", "the file is a spreadsheet (.xlsx, .ods) or an archive, not text: " .. SPREADSHEET },
  { "<?xml", "the file is XML, whatever its name: " .. SPREADSHEET },
  { "<html", "the file is a web page, whatever its name: " .. SPREADSHEET },
  { "<!DOCTYPE", "the file is a web page, whatever its name: " .. SPREADSHEET },
  { "\208\207\17\224", "the file is a spreadsheet (.xls), not text: " .. SPREADSHEET },
  { "SQLite format 3", 'the file is a SQLite database: say what to read of it, as --query "SELECT * FROM company"' },
  { "BZh", "the file is compressed: pipe it in, as in  bzcat FILE | credenco run WORKFLOW -" },
  { "\2537zXZ", "the file is compressed: pipe it in, as in  xzcat FILE | credenco run WORKFLOW -" },
  { "\40\181\47\253", "the file is compressed: pipe it in, as in  zstdcat FILE | credenco run WORKFLOW -" },
  { "\4\34\77\24", "the file is compressed: pipe it in, as in  lz4cat FILE | credenco run WORKFLOW -" },
  { "\31\157", "the file is compressed: pipe it in, as in  zcat FILE | credenco run WORKFLOW -" },
  { "7z\188\175\39\28", "the file is an archive (7z): pipe it in, as in  7z e -so FILE | credenco run WORKFLOW -" },
  { "Rar!\26\7", "the file is an archive (rar): pipe it in, as in  unrar p -inul FILE | credenco run WORKFLOW -" },
  { "%PDF-", "the file is a PDF, not text: ask the register's owner for CSV" },
}

---@class credenco.pipeline.Text
---@field bytes credenco.pipeline.Bytes
---@field encoding? string its encoding, unless that is UTF-8 without a mark: such as `windows-1252`, `utf-16le+mark`
---@field private input table the source of the text
local Text = {}
Text.__index = Text

-- A source of bytes whose first bytes can be examined.
local Looked = {}
Looked.__index = Looked

local function looked(input)
  return setmetatable({ input = input, front = "" }, Looked)
end

function Looked:read()
  local front = self.front
  if front == "" then return self.input:read() end
  self.front = ""
  return front
end

function Looked:would_wait()
  return self.front == "" and self.input:would_wait()
end

-- Whether it takes more bytes to recognise the content. A stream may take long to give them.
local function may_become(front, signature)
  return #front < #signature and signature:sub(1, #front) == front
end

local function is_unclear(front)
  if may_become(front, GZIP) then return true end
  for _, foreign in ipairs(FOREIGN) do
    if may_become(front, foreign[1]) then return true end
  end
  for _, mark in ipairs(encoding.MARKS) do
    if may_become(front, mark.bytes) then return true end
  end
  return false
end

local function begins_with(front, signature)
  return front:sub(1, #signature) == signature
end

-- The first bytes, as many as it takes to recognise the content.
local function front_of(input)
  while is_unclear(input.front) do
    local chunk, err = input.input:read()
    if err then return nil, err end
    if not chunk then break end
    input.front = input.front .. chunk
  end
  return input.front
end

-- The bytes, unpacked if they are compressed.
local function plain(bytes)
  local input = looked(bytes)
  local front, err = front_of(input)
  if front and begins_with(front, GZIP) then
    input = looked(unpacked.new(input))
    front, err = front_of(input)
    if front and begins_with(front, GZIP) then return nil, "it is compressed twice: unpack it once with  gzip -d" end
  end
  if not front then return nil, err end
  for _, foreign in ipairs(FOREIGN) do
    if begins_with(front, foreign[1]) then return nil, foreign[2] end
  end
  return input
end

-- Skips a byte-order mark, and gives its encoding.
local function marked(input)
  for _, mark in ipairs(encoding.MARKS) do
    if begins_with(input.front, mark.bytes) then
      input.front = input.front:sub(#mark.bytes + 1)
      return mark.encoding
    end
  end
end

local LOOKED_AT = 64

-- The form of ASCII in encodings with wide characters: the encoding, one character, and its length.
local WIDE = {
  { "utf-32le", "[^%z]%z%z%z", 4 }, { "utf-32be", "%z%z%z[^%z]", 4 },
  { "utf-16le", "[^%z]%z", 2 }, { "utf-16be", "%z[^%z]", 2 },
}
local MOST = 3 / 4

-- Text that is mostly ASCII has a NUL in most of its wide characters.
local function without_mark(input)
  local first = input.front:sub(1, LOOKED_AT)
  for _, wide in ipairs(WIDE) do
    local name, character, bytes = wide[1], wide[2], wide[3]
    local _, found = first:gsub(character, "")
    if #first >= 2 * bytes and first:find("^" .. character) and found * bytes >= #first * MOST then
      return ("the file is %s without a byte-order mark: run it with --encoding %s, or save it as UTF-8"):format(
        name:upper():sub(1, 6), name)
    end
  end
end

local CONTRADICTS = "it begins with the byte-order mark of %s, but --encoding says %s: leave out --encoding"

-- The encoding of the text: from its mark, from the caller, or UTF-8.
local function encoding_of(input, given)
  local mark = marked(input)
  if mark and given and mark ~= given then return nil, CONTRADICTS:format(mark, given) end
  if mark or given then return mark or given, nil, mark ~= nil end
  local flaw = without_mark(input)
  if flaw then return nil, flaw end
  return encoding.UTF8
end

-- The UTF-8 text, from the beginning of the bytes.
local function decoded(bytes, given)
  local input, err = plain(bytes)
  if not input then return nil, err end
  local name, flaw, has_mark = encoding_of(input, given)
  if not name then return nil, flaw end
  local shown = has_mark and name .. encoding.MARKED or name ~= encoding.UTF8 and name or nil
  if name == encoding.UTF8 then return input, nil, shown, true end
  return encoding.decoded(input, name), nil, shown, false
end

-- Reads everything, to check whether it can be read.
local function read_over(input, is_utf8)
  local seen = survey.new()
  while not seen:is_sure() do
    local chunk, err = input:read()
    if err then return err end
    if not chunk then break end
    if is_utf8 then seen:add(chunk) end
  end
  seen:finish()
  return seen:flaw()
end

-- Checks only the bytes of a stream that have arrived.
local function look_over(input)
  local front = front_of(input)
  if front == "" then front = input.input:read() or "" end
  input.front = front
  local seen = survey.new()
  seen:add(front)
  return seen:flaw()
end

--- Opens the text. Reads a file once to its end, to refuse it before it is used.
---@param bytes credenco.pipeline.Bytes
---@param given? string the encoding, if the user named one
---@return credenco.pipeline.Text?
---@return string? err
function M.open(bytes, given)
  local input, err, name, is_utf8 = decoded(bytes, given)
  if not input then return nil, err end
  local flaw
  if bytes.can_rewind and bytes:can_rewind() then
    flaw = read_over(input, is_utf8)
    bytes:rewind()
    input, err, name = decoded(bytes, given)
    if not input then return nil, err end
  elseif is_utf8 then
    flaw = look_over(input)
  end
  if flaw then return nil, flaw end
  return setmetatable({ bytes = bytes, input = input, encoding = name, front = "" }, Text)
end

-- The text that shows the format may begin behind so many blanks.
local MOST_BLANKS = 65536

--- The first text, far enough to be more than blanks. `read` returns it again.
---@return string text "" if there is none
---@return string? err
function Text:look()
  while #self.front < MOST_BLANKS and not self.front:find "%S" do
    local chunk, err = self.input:read()
    if not chunk then return self.front, err end
    self.front = self.front .. chunk
  end
  return self.front
end

---@return string? chunk nil at the end, and if reading failed
---@return string? err
function Text:read()
  local front = self.front
  if front == "" then return self.input:read() end
  self.front = ""
  return front
end

--- Whether reading now would have to wait.
---@return boolean
function Text:would_wait()
  return self.front == "" and self.input:would_wait()
end

return M
