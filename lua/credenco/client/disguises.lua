--- Finds a secret in the forms in which servers repeat it: escaped for JSON, HTML or a URL, even twice; in Base64 or
--- hexadecimal; in another letter case.

local base64 = require "credenco.base.base64"
local code_point = require "credenco.base.code_point"
local core = require "credenco.core"
local hex = require "credenco.base.hex"
local percent = require "credenco.base.percent"

local M = {}

-- Decoding ----------------------------------------------------------------------------

-- Half of a surrogate pair gives nothing.
local function character(code)
  return code and code < 0x110000 and code_point.character(code) or ""
end

local function of_hex(digits)
  return character(tonumber(digits, 16))
end

local function of_pair(high, low)
  return character(0x10000 + (tonumber(high, 16) - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00)
end

local NAMED = {
  amp = "&", lt = "<", gt = ">", quot = '"', apos = "'", nbsp = " ", sol = "/", plus = "+", equals = "=",
  lowbar = "_", period = ".", comma = ",", colon = ":", semi = ";", commat = "@", num = "#", percnt = "%", dollar = "$",
  quest = "?", excl = "!", ast = "*", lpar = "(", rpar = ")", lsqb = "[", rsqb = "]", lcub = "{", rcub = "}",
  bsol = "\\", verbar = "|", Hat = "^", grave = "`", Tab = "\t", NewLine = "\n",
}

local DECODERS = {
  function(text) -- UTF-16, and lines that were broken anywhere
    return (text:gsub("[%c\127]+", ""))
  end,
  function(text) -- Latin-1
    if core.utf8_valid(text) then return text end
    return (text:gsub("[\128-\255]", function(byte) return character(byte:byte()) end))
  end,
  function(text) -- JSON
    return (text:gsub("\\u([dD][89abAB]%x%x)\\u([dD][c-fC-F]%x%x)", of_pair)
      :gsub("\\u(%x%x%x%x)", of_hex):gsub("\\x(%x%x)", of_hex):gsub("\\(.)", "%1"))
  end,
  function(text) -- HTML and XML
    return (text:gsub("&#[xX](%x+);?", of_hex)
      :gsub("&#(%d+);?", function(digits) return character(tonumber(digits)) end)
      :gsub("&(%a+);", NAMED))
  end,
  percent.decode,
  function(text) -- a form
    return (text:gsub("%+", " "))
  end,
}

local ROUNDS = 3 -- percent-encoded twice inside of JSON

-- The text, and the text decoded once, twice, ...
local function forms_of(text)
  local forms = { text }
  for _ = 1, ROUNDS do
    for _, decode in ipairs(DECODERS) do
      local decoded = decode(forms[#forms])
      if decoded ~= forms[#forms] then forms[#forms + 1] = decoded end
    end
  end
  return forms
end

-- The other texts that the words of a text may be an encoding of.
local function add_hidden(forms, text)
  for word in text:gmatch "[%w+/_-]+" do
    if #word >= 6 then
      forms[#forms + 1] = base64.decode_loosely(word)
      forms[#forms + 1] = hex.decode(word)
    end
  end
end

-- Comparing ---------------------------------------------------------------------------

--- A secret of so few bytes counts only as a word of its own.
M.SHORT_MAX = 3

--- Whether a match is a word, or a piece of one.
---@param text string
---@param first integer
---@param last integer
---@return boolean
function M.stands_alone(text, first, last)
  return not text:sub(first - 1, first):find("^%w%w") and not text:sub(last, last + 1):find("^%w%w")
end

local function holds(form, lowered, secret)
  if #secret > M.SHORT_MAX then return lowered:find(secret:lower(), 1, true) ~= nil end
  local first, last = form:find(secret, 1, true)
  while first do
    if M.stands_alone(form, first, last) then return true end
    first, last = form:find(secret, first + 1, true)
  end
  return false
end

local function any_holds(forms, from, secrets)
  for i = from, #forms do
    local lowered = forms[i]:lower()
    for _, secret in ipairs(secrets) do
      if holds(forms[i], lowered, secret) then return true end
    end
  end
  return false
end

--- Whether a text holds one of the secrets in disguise. The caller has checked for the plain form.
---@param text string
---@param secrets string[]
---@return boolean
function M.hold(text, secrets)
  local forms = forms_of(text)
  if any_holds(forms, 2, secrets) then return true end
  local hidden, long = {}, {}
  for _, form in ipairs(forms) do add_hidden(hidden, form) end
  for _, secret in ipairs(secrets) do
    if #secret > M.SHORT_MAX then long[#long + 1] = secret end
  end
  return any_holds(hidden, 1, long)
end

return M
