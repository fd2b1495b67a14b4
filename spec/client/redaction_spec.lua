-- The server's own words are shown in errors, but not the secrets it repeats.
local core = require "credenco.core"
local errors = require "credenco.client.errors"

local OFFER = "https://wallet.example/api/oidc/credential-offer/4f9c2d81"

describe("the server's words in an error", function()
  for name, words in pairs {
    ["as it is"] = "no offer at " .. OFFER,
    ["percent-encoded"] = "POST /api/oidc/offer/w?credential_offer_uri=" .. core.encode(OFFER),
    ["percent-encoded in lower case"] = "bad value " .. core.encode(OFFER):gsub("%%%x%x", string.lower),
    ["without its origin"] = "GET /api/oidc/credential-offer/4f9c2d81 failed",
    ["only its last part"] = "unknown offer '4f9c2d81'",
  } do
    it("do not hold the offer's URI " .. name, function()
      local shown = errors.bounded_detail(words, { OFFER })
      assert.is_nil(shown:find("4f9c2d81", 1, true), shown)
    end)
  end

  it("do not hold a key or a claim, encoded or not", function()
    local shown = errors.bounded_detail("key a+b/c== is bad, a%2Bb%2Fc%3D%3D too, and so is Jansen of NL",
      { "a+b/c==", { name = "Jansen", deep = { country = "NL" } } })
    assert.equal("key [redacted] is bad, [redacted] too, and so is [redacted] of [redacted]", shown)
  end)

  it("keep what only looks like a part of a short secret", function()
    assert.equal("ENLARGE the list", errors.bounded_detail("ENLARGE the list", { "NL" }))
  end)

  local repeated = {
    { "a short name in another script", "name '王' is not allowed", { name = "王" }, "王" },
    { "a short negative number", "score -5 is too low", { score = -5 }, "-5" },
    { "a whole number that is a float", "bsn 123456789 is unknown", { bsn = 123456789.0 }, "123456789" },
    { "a number of 15 digits", "number 123456789012345 is unknown", { number = 123456789012345 }, "123456789012345" },
    { "a value quoted from the JSON that was sent", [[cannot parse {"home":"https:\/\/a.example\/jan"}]],
      { home = "https://a.example/jan" }, "jan" },
    { "a quote in the JSON that was sent", [[cannot parse {"name":"O\"Brien \/ Jan"}]], { name = 'O"Brien / Jan' }, "Brien" },
    { "a quote beside a slash that is not escaped", [[cannot parse {"name":"O\"Brien / Jan"}]], { name = 'O"Brien / Jan' }, "Brien" },
    { "a name in the JSON of a server that keeps to ASCII", [[cannot parse {"name":"Jos\u00e9 M\u00fcller"}]],
      { name = "José Müller" }, "ller" },
    { "that in capitals, beside a slash", [[no such name: Zo\u00EB\/Ren\u00E9]], { name = "Zoë/René" }, "Ren" },
    { "a character of two halves there", [[bad \ud83d\ude00!]], { mood = "😀" }, "d83d" },
    { "what an offer's query names", "no offer 4f9c2d81 here", { "https://a.example/offer?v=1&id=4f9c2d81" }, "4f9c2d81" },
    { "the beginning of a long value", ("A"):rep(9000) .. " is too long", { portrait = ("A"):rep(9000) }, "AAAA" },
    { "a long value that the cut would tear", ("x "):rep(1000) .. ("AB"):rep(3000) .. ("AB"):rep(2990),
      { portrait = ("AB"):rep(3000), more = ("x "):rep(900) }, "ABAB" },
  }
  for _, case in ipairs(repeated) do
    it("do not hold " .. case[1], function()
      local shown = errors.bounded_detail(case[2], case[3]) or ""
      assert.is_nil(shown:find(case[4], 1, true), shown)
    end)
  end

  local disguised = {
    { "percent-encoded twice", "bad%2520value%253A%2520Jos%25C3%25A9%2520Jansen" },
    { "as in a form", "bad value: Jos%C3%A9+Jansen" },
    { "with pluses inside of JSON", [[{"q":"Jos\u00e9+Jansen"}]] },
    { "in HTML", "bad value: Jos&#233; &#74;ansen" },
    { "in HTML, in hexadecimal", "bad value: Jos&#xe9; Jansen" },
    { "in HTML inside of JSON", [[{"detail":"Jos\u0026#233; Jansen"}]] },
    { "in Base64", "claims eyJuYW1lIjoiSm9zw6kgSmFuc2VuIn0= are bad" },
    { "in Base64 for URLs, without padding", "bad token: Pj4-Sm9zw6kgSmFuc2Vu" },
    { "in hexadecimal", "bytes 4a6f73c3a9204a616e73656e" },
    { "in Latin-1", "bad value: Jos\233 Jansen" },
    { "in Latin-1, percent-encoded", "bad value: Jos%E9%20Jansen" },
    { "in UTF-16", ("bad value: Jos\233 Jansen"):gsub(".", "%0\0") },
    { "broken over lines", "bad value: José Ja\r\nnsen" },
    { "in capitals", "JOSé JANSEN is not allowed" },
    { "escaped letter by letter", [[\u004a\u006f\u0073\u00e9\u0020\u004a\u0061\u006e\u0073\u0065\u006e]] },
  }
  for _, case in ipairs(disguised) do
    it("do not hold a name " .. case[1], function()
      local shown = errors.bounded_detail(case[2], { name = "José Jansen" }) or ""
      assert.is_true(shown == "" or shown == "[redacted] is not allowed", shown)
    end)
  end

  it("do not hold a key whose punctuation has names in HTML", function()
    assert.is_nil(errors.bounded_detail("no such key: k&lowbar;s3cret&colon;1", { "k_s3cret:1" }))
  end)

  it("are kept when only something harmless is encoded in them", function()
    for _, words in ipairs { "a&amp;b is no value", "caf\\u00e9 is closed", "100%25 sure", "1+1=2", "deadbeefcafe", "aGVsbG8gd29ybGQ=" } do
      assert.equal(words, errors.bounded_detail(words, { "Jansen", "NL" }))
    end
  end)

  it("are searched for a secret as plain text, not as a pattern", function()
    for _, secret in ipairs { "a\0b", "Al\0", "%", "%d", "^", "[a", "(", "100%" } do
      assert.equal("<[redacted]>", errors.bounded_detail("<" .. secret .. ">", { secret }))
    end
  end)

  it("are searched in their original form, not after a removal", function()
    local brackets = {}
    for i = 1, 44 do brackets[i] = i % 2 == 0 and "[" or "]" end
    assert.equal("bad list [redacted]1[redacted] of claims", errors.bounded_detail("bad list [1] of claims", { brackets }))
    assert.equal("is [redacted] red?", errors.bounded_detail("is Jansen red?", { "Jansen", "redacted", "act", "[" }))
  end)

  it("lose both of two secrets that overlap or meet", function()
    assert.equal("at [redacted].", errors.bounded_detail("at Jan Jansen-Smit.", { "Jan Jansen", "Jansen-Smit" }))
    assert.equal("at [redacted].", errors.bounded_detail("at JansenSmit.", { "Jansen", "Smit" }))
    assert.equal("15-[redacted]", errors.bounded_detail("15-5-5", { "5-5" }))
  end)

  it("are found beside a claim that is too long to be percent-encoded", function()
    local portrait = ("+"):rep(400000)
    assert.equal("too large", errors.bounded_detail("too large", { portrait = portrait }))
  end)

  it("are searched in one pass, however long a word is", function()
    local word = ("A"):rep(300000)
    assert.equal("[redacted]", errors.bounded_detail(word, { word }))
  end)

  it("are cut between characters, not within one", function()
    for padding = 0, 3 do
      local shown = errors.bounded_detail(("x"):rep(padding) .. ("\226\130\172"):rep(400), {})
      assert.is_true(core.utf8_valid(shown))
      assert.is_true(#shown <= 500 and #shown > 490)
    end
  end)

  it("are readable when they are no UTF-8", function()
    assert.equal("caf? ferm?", errors.bounded_detail("caf\233 ferm\233", {}))
  end)
end)
