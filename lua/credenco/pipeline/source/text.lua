--- The text of a source, in UTF-8, out of its bytes: unpacked, decoded, without the mark in front. What is no text, or
--- in another encoding than it seems, is refused before any of it is used, in words that say what to do.

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
  { "%PDF-", "the file is a PDF, not text: the register's owner has it as CSV, too" },
}

---@class credenco.pipeline.Text
---@field bytes credenco.pipeline.Bytes
---@field encoding? string what it is in, where that is not UTF-8 without a mark: as `windows-1252`, `utf-16le+mark`
---@field private stage table what gives the text
local Text = {}
Text.__index = Text

-- A stage of bytes of which the first are looked at.
local Looked = {}
Looked.__index = Looked

local function looked(stage)
  return setmetatable({ stage = stage, front = "" }, Looked)
end

function Looked:read()
  local front = self.front
  if front == "" then return self.stage:read() end
  self.front = ""
  return front
end

function Looked:would_wait()
  return self.front == "" and self.stage:would_wait()
end

-- Whether it takes more bytes to know what these are the first of. A stream may be long in giving them.
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

-- The first bytes of a stage, as many as tell what they are.
local function front_of(stage)
  while is_unclear(stage.front) do
    local chunk, err = stage.stage:read()
    if err then return nil, err end
    if not chunk then break end
    stage.front = stage.front .. chunk
  end
  return stage.front
end

-- The bytes themselves, or what they were packed from.
local function plain(bytes)
  local stage = looked(bytes)
  local front, err = front_of(stage)
  if front and begins_with(front, GZIP) then
    stage = looked(unpacked.new(stage))
    front, err = front_of(stage)
    if front and begins_with(front, GZIP) then return nil, "it is compressed twice: unpack it once with  gzip -d" end
  end
  if not front then return nil, err end
  for _, foreign in ipairs(FOREIGN) do
    if begins_with(front, foreign[1]) then return nil, foreign[2] end
  end
  return stage
end

-- Steps over a mark, and gives the encoding that it stands for.
local function marked(stage)
  for _, mark in ipairs(encoding.MARKS) do
    if begins_with(stage.front, mark.bytes) then
      stage.front = stage.front:sub(#mark.bytes + 1)
      return mark.encoding
    end
  end
end

local LOOKED_AT = 64

-- What ASCII looks like in characters of several bytes: the encoding, one character, and how long that is.
local WIDE = {
  { "utf-32le", "[^%z]%z%z%z", 4 }, { "utf-32be", "%z%z%z[^%z]", 4 },
  { "utf-16le", "[^%z]%z", 2 }, { "utf-16be", "%z[^%z]", 2 },
}
local MOST = 3 / 4

-- Text that is mostly ASCII has a NUL in most of its wide characters.
local function without_mark(stage)
  local first = stage.front:sub(1, LOOKED_AT)
  for _, wide in ipairs(WIDE) do
    local name, character, bytes = wide[1], wide[2], wide[3]
    local _, found = first:gsub(character, "")
    if #first >= 2 * bytes and first:find("^" .. character) and found * bytes >= #first * MOST then
      return ("the file is %s without a byte-order mark: run it with --encoding %s, or save it as UTF-8"):format(
        name:upper():sub(1, 6), name)
    end
  end
end

local CONTRADICTS = "it begins with the mark of %s, and --encoding says %s: leave that out"

-- What the text is in: what its mark says, what the caller says, or UTF-8.
local function encoding_of(stage, given)
  local mark = marked(stage)
  if mark and given and mark ~= given then return nil, CONTRADICTS:format(mark, given) end
  if mark or given then return mark or given, nil, mark ~= nil end
  local flaw = without_mark(stage)
  if flaw then return nil, flaw end
  return encoding.UTF8
end

-- A stage of UTF-8, from the beginning of the bytes.
local function decoded(bytes, given)
  local stage, err = plain(bytes)
  if not stage then return nil, err end
  local name, flaw, has_mark = encoding_of(stage, given)
  if not name then return nil, flaw end
  local shown = has_mark and name .. encoding.MARKED or name ~= encoding.UTF8 and name or nil
  if name == encoding.UTF8 then return stage, nil, shown, true end
  return encoding.decoded(stage, name), nil, shown, false
end

-- Reads all there is, to see whether it can be read.
local function read_over(stage, is_utf8)
  local seen = survey.new()
  while not seen:is_sure() do
    local chunk, err = stage:read()
    if err then return err end
    if not chunk then break end
    if is_utf8 then seen:add(chunk) end
  end
  seen:finish()
  return seen:flaw()
end

-- Of a stream only what has come can be looked at.
local function look_over(stage)
  local front = front_of(stage)
  if front == "" then front = stage.stage:read() or "" end
  stage.front = front
  local seen = survey.new()
  seen:add(front)
  return seen:flaw()
end

--- Opens the text, and reads a file once to its end, to refuse it before it is used.
---@param bytes credenco.pipeline.Bytes
---@param given? string the encoding, where the caller knows it
---@return credenco.pipeline.Text?
---@return string? err
function M.open(bytes, given)
  local stage, err, name, is_utf8 = decoded(bytes, given)
  if not stage then return nil, err end
  local flaw
  if bytes.can_rewind and bytes:can_rewind() then
    flaw = read_over(stage, is_utf8)
    bytes:rewind()
    stage, err, name = decoded(bytes, given)
    if not stage then return nil, err end
  elseif is_utf8 then
    flaw = look_over(stage)
  end
  if flaw then return nil, flaw end
  return setmetatable({ bytes = bytes, stage = stage, encoding = name, front = "" }, Text)
end

-- So many blanks may come before what tells a format.
local MOST_BLANKS = 65536

--- The first text, up to where it is more than blanks; it comes again when it is read.
---@return string text "" when there is none
---@return string? err
function Text:look()
  while #self.front < MOST_BLANKS and not self.front:find "%S" do
    local chunk, err = self.stage:read()
    if not chunk then return self.front, err end
    self.front = self.front .. chunk
  end
  return self.front
end

---@return string? chunk nil at the end, and when reading failed
---@return string? err
function Text:read()
  local front = self.front
  if front == "" then return self.stage:read() end
  self.front = ""
  return front
end

--- Whether reading now would have to wait.
---@return boolean
function Text:would_wait()
  return self.front == "" and self.stage:would_wait()
end

return M
