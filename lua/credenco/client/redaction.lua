--- Removes secrets and URLs from a server's message.
---
--- Looks them up in the original message, always by plain search, and removes all in one pass: a secret may be any
--- text, even a part of a pattern or of the text that this module puts in its place.

local code_point = require "credenco.base.code_point"
local core = require "credenco.core"
local disguises = require "credenco.client.disguises"
local json = require "credenco.base.json"

local M = {}

-- The secrets -------------------------------------------------------------------

local function add(found, secret)
  if secret and secret ~= "" and not found[secret] then
    found[secret] = true
    found[#found + 1] = secret
  end
end

-- A server repeats a secret as it was sent. Of an offer's URI it may repeat the path, only its last part, or a value in
-- the query.
local PART_MIN = 6

local function add_with_parts(found, secret)
  add(found, secret)
  local path, last = secret:match("^%a[%w+.-]*://[^/?#]+(.*/([^/]*))$")
  if not path then return end
  if #path > 1 then add(found, path) end
  if #last >= PART_MIN then add(found, last) end
  for value in secret:gmatch("[?&][^=&]*=([^&]*)") do
    if #value >= PART_MIN then add(found, value) end
  end
end

-- A server repeats a number as it was sent. Not every engine prints it so.
local function collect(found, value)
  if type(value) == "table" then
    for _, inner in pairs(value) do collect(found, inner) end
  elseif type(value) == "number" then
    add(found, (json.encode(value)))
  elseif type(value) == "string" then
    add_with_parts(found, value)
  end
end

-- \u and the code of a character, in two parts beyond U+FFFF (RFC 8259, 7).
local function escaped(character)
  local code = code_point.of(character)
  if code < 0x10000 then return ("\\u%04x"):format(code) end
  local rest = code - 0x10000
  return ("\\u%04x\\u%04x"):format(0xD800 + math.floor(rest / 1024), 0xDC00 + rest % 1024)
end

local function add_escaped(found, quoted)
  local ascii = quoted:gsub("[\194-\244][\128-\191]+", escaped)
  add(found, quoted)
  add(found, ascii)
  add(found, (ascii:gsub("\\u%x%x%x%x", function(code) return "\\u" .. code:sub(3):upper() end)))
end

-- The same percent-encoded in a query, or quoted from the JSON that was sent, which a server may write in ASCII alone
-- and with or without escaped slashes.
local function add_encoded(found)
  for i = 1, #found do
    local encoded, quoted = core.encode(found[i]), json.encode(found[i])
    if encoded then add(found, encoded) end
    if quoted then
      add_escaped(found, quoted:sub(2, -2))
      add_escaped(found, (quoted:sub(2, -2):gsub("\\/", "/")))
    end
  end
end

-- Finding them ------------------------------------------------------------------

-- Searches no more of the text than this.
local LOOKED_AT_MAX = 65536

-- Enough text behind the longest secret to be worth showing.
local function looked_at(text, found, enough)
  local longest = 0
  for _, secret in ipairs(found) do longest = math.max(longest, #secret) end
  return math.min(#text, enough + longest, LOOKED_AT_MAX)
end

local function hide(hidden, first, last, label)
  if last > (hidden.ends[first] or 0) then
    hidden.ends[first], hidden.labels[first] = last, label
  end
end

local function hide_urls(hidden, text, size)
  local head = text:sub(1, size)
  for first, last in head:gmatch("%f[%w%-]()[%w%-]+://[^%s\"'<>]+()") do hide(hidden, first, last - 1, "[URL]") end
end

-- A short secret, such as a country code, is removed only as a word of its own and in its plain form; otherwise the
-- message would be unreadable. A secret that does not end in a letter or digit has no such edge there. A secret that
-- begins in the searched part may end behind it.
local function hide_secret(hidden, text, size, secret)
  local is_short = #secret <= disguises.SHORT_MAX
  local head = text:sub(1, size + #secret + 1)
  local searched = is_short and head or head:lower()
  if not is_short then secret = secret:lower() end
  local first, last = searched:find(secret, 1, true)
  while first do
    local counts = not is_short or disguises.stands_alone(head, first, last)
    if counts then hide(hidden, first, last, "[redacted]") end
    first, last = searched:find(secret, (counts and last or first) + 1, true)
  end
end

-- The rest of the text, with a label in place of each removed part.
local function shown(text, size, hidden, enough)
  local parts, hidden_to = {}, -1
  for at = 1, size do
    local last = hidden.ends[at]
    if last and at > hidden_to + 1 then parts[#parts + 1] = hidden.labels[at] end
    if last and last > hidden_to then hidden_to = last end
    if at > hidden_to then parts[#parts + 1] = text:sub(at, at) end
    if #parts >= enough then break end
  end
  return table.concat(parts)
end

--- A text without URLs and without the secrets (texts and numbers, or tables of them at any depth), in any form in
--- which a server repeats them. Removes secrets in common encodings. Removes the whole text if further decoding of it
--- finds a secret.
---@param text string
---@param secrets any
---@param enough integer  bytes of the result that are worth having; it may be longer
---@return string
function M.redact(text, secrets, enough)
  local found, hidden = {}, { ends = {}, labels = {} }
  collect(found, secrets)
  local plain = #found
  add_encoded(found)
  local size = looked_at(text, found, enough)
  hide_urls(hidden, text, size)
  for _, secret in ipairs(found) do hide_secret(hidden, text, size, secret) end
  local words = shown(text, size, hidden, enough)
  for i = #found, plain + 1, -1 do found[i] = nil end
  return disguises.hold(words, found) and "" or words
end

return M
