-- The meaning of a Content-Type for an event.
local media_type = require "credenco.webhook.media_type"

describe("a Content-Type", function()
  local readable = {
    { "application/json", "application/json" },
    { "Application/JSON; Charset=UTF-8", "application/json", "utf-8" },
    { 'text/plain ; charset="ISO-8859-1" ; x=y', "text/plain", "iso-8859-1" },
    { 'application/ld+json; profile="https://example.org/a b"; charset=utf-8', "application/ld+json", "utf-8" },
    { "application/json;", "application/json" },
  }
  for _, case in ipairs(readable) do
    it("is read: " .. case[1], function()
      assert.same({ name = case[2], charset = case[3] }, media_type.read(case[1]))
    end)
  end

  for _, text in ipairs {
    "", "json", "application/", "a/b c", "a/b, c/d", "a/b; charset", "a/b; charset=utf-8; charset=latin1", 'a/b; x="y',
  } do
    it("cannot be read: " .. text, function() assert.is_nil(media_type.read(text)) end)
  end

  it("is JSON with the subtype json, and with its suffix", function()
    local function is_json(text) return media_type.is_json(media_type.read(text)) end
    assert.same({ true, true, true, false, false }, {
      is_json "application/json", is_json "text/json", is_json "application/ld+json; x=y",
      is_json "application/json-seq", is_json "text/plain",
    })
  end)
end)
