-- Text as people see it: its characters, its whitespace, and the characters that cannot be seen.
local utf8_text = require "credenco.base.utf8_text"

-- One character as UTF-8.
local function char(code)
  if code < 0x80 then return string.char(code) end
  local bytes, first = {}, code < 0x800 and 0xC0 or code < 0x10000 and 0xE0 or 0xF0
  local count = code < 0x800 and 1 or code < 0x10000 and 2 or 3
  for i = count, 1, -1 do
    bytes[i] = string.char(0x80 + code % 64)
    code = math.floor(code / 64)
  end
  return string.char(first + code) .. table.concat(bytes)
end

-- First and last of each range.
local HIDDEN = {
  { 0x80, 0x9F }, { 0xAD, 0xAD }, { 0x34F, 0x34F }, { 0x61C, 0x61C }, { 0x115F, 0x1160 }, { 0x17B4, 0x17B5 },
  { 0x180B, 0x180F }, { 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0x2800, 0x2800 },
  { 0x3164, 0x3164 }, { 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xFFF9, 0xFFFB },
  { 0x1D173, 0x1D17A }, { 0xE0001, 0xE007F }, { 0xE0100, 0xE01EF },
}
local SPACES = {
  { 0x85, 0x85 }, { 0xA0, 0xA0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200A }, { 0x2028, 0x2029 }, { 0x202F, 0x202F },
  { 0x205F, 0x205F }, { 0x3000, 0x3000 },
}
local WITHOUT_WIDTH = { { 0x200B, 0x200B }, { 0x2060, 0x2060 }, { 0xFEFF, 0xFEFF } }

local function set_of(...)
  local set = {}
  for _, ranges in ipairs { ... } do
    for _, range in ipairs(ranges) do
      for code = range[1], range[2] do set[code] = true end
    end
  end
  return set
end

local hidden, blank = set_of(HIDDEN), set_of(SPACES, WITHOUT_WIDTH, { { 9, 13 }, { 32, 32 } })

-- All characters in whose place one of the tables above could have a mistake; surrogates are none.
local function each(fn)
  for _, range in ipairs { { 1, 0x3200 }, { 0xFB00, 0xFFFD }, { 0x1D100, 0x1D200 }, { 0xE0000, 0xE0200 } } do
    for code = range[1], range[2] do fn(code, char(code), ("U+%04X"):format(code)) end
  end
end

-- The characters for which `is_so` and the table disagree; E0000 and the rest of the tags' blocks are not assigned.
local function disagreeing(is_so, set)
  local codes = {}
  each(function(code, one, name)
    local assigned = code < 0xE0000 or hidden[code]
    if assigned and is_so(one, name) ~= (set[code] == true) then codes[#codes + 1] = name end
  end)
  return table.concat(codes, " ")
end

describe("text in UTF-8", function()
  it("has its invisible characters named, with their places", function()
    assert.equal("", disagreeing(function(one, name)
      local code, at = utf8_text.hidden("é" .. one .. "x")
      return code == name and at == 2
    end, hidden))
  end)

  it("has those that only look like a space named, too, where they do not belong", function()
    assert.equal("", disagreeing(function(one, name)
      local code, at = utf8_text.unseen("é" .. one)
      return code == name and at == 2
    end, set_of(HIDDEN, SPACES)))
  end)

  it("is trimmed of whitespace, also of none with a width, at its ends alone", function()
    assert.equal("", disagreeing(function(one)
      local before, after = utf8_text.trimmed(one .. "x") == "x", utf8_text.trimmed("x" .. one) == "x"
      assert.equal(before, after)
      assert.equal("x" .. one .. "x", utf8_text.trimmed("x" .. one .. "x"))
      return before
    end, blank))
  end)

  it("is blank with nothing but such characters", function()
    assert.is_true(utf8_text.is_blank "")
    assert.equal("", disagreeing(utf8_text.is_blank, blank))
  end)

  it("is a bare name without invisible characters at its ends", function()
    assert.equal("", disagreeing(function(one)
      return utf8_text.bare(one .. " é " .. one) == "é"
    end, set_of(HIDDEN, SPACES, { { 9, 13 }, { 32, 32 } })))
    assert.equal("a", utf8_text.bare " a\t")
  end)

  it("is shown with the code in place of what cannot be seen", function()
    assert.equal("", disagreeing(function(one, name)
      return utf8_text.shown("a" .. one .. "b") == "a<" .. name .. ">b"
    end, set_of(HIDDEN, SPACES)))
    assert.equal("a\\nb\\nc?", utf8_text.shown "a\nb\r\nc\27")
  end)

  it("has as many characters as code points, and no length if it is not UTF-8", function()
    assert.same({ 3, 4, 0 }, { utf8_text.length "abc", utf8_text.length("aé" .. char(0x3000) .. char(0x1D173)),
      utf8_text.length "" })
    assert.is_nil(utf8_text.length "\255")
  end)
end)
