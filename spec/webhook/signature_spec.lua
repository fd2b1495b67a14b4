-- Which deliveries of wallet events are genuine.
local hex = require "credenco.base.hex"
local hmac = require "openssl.hmac"
local signature = require "credenco.webhook.signature"

local NOW = 1700000000
local BODY = '{"walletExternalKey":"w"}'

local function sign(secret, timestamp, body)
  return hex.encode(hmac.new(secret, "sha256"):final(timestamp .. "." .. body))
end

local function header(secret, timestamp, body)
  return ("t=%s,v1=%s"):format(timestamp, sign(secret, timestamp, body))
end

local function flip(text, at)
  local byte = text:byte(at)
  local other = byte == ("0"):byte() and "1" or "0"
  return text:sub(1, at - 1) .. other .. text:sub(at + 1)
end

describe("the signature of a wallet event", function()
  local signing

  before_each(function()
    signing = {
      secrets = { { text = "new" }, { text = "old", until_s = NOW + 60 } },
      signature_name = "v1",
      tolerance_s = 300,
      signed_text = function(timestamp, body) return timestamp .. "." .. body end,
    }
  end)

  local function check(given, body, now_s)
    local digest, problem = signature.check(signing, given, body or BODY, now_s or NOW)
    return digest ~= nil, problem
  end

  local good = header("new", NOW, BODY)

  local accepted = {
    { "made with the secret", good },
    { "made with the old secret while it is good", header("old", NOW, BODY) },
    { "in capital letters", (good:gsub("v1=(%x+)", function(s) return "v1=" .. s:upper() end)) },
    { "with spaces after the commas", (good:gsub(",", ", ")) },
    { "with parts that it does not know", "v0=00," .. good .. ",x=y" },
    { "made twice, the second one good", ("t=%d,v1=%s,v1=%s"):format(NOW, ("00"):rep(32), sign("new", NOW, BODY)) },
    { "made twice, with both secrets", ("t=%d,v1=%s,v1=%s"):format(NOW, sign("old", NOW, BODY), sign("new", NOW, BODY)) },
    { "in two headers of one time", header("old", NOW, BODY) .. "," .. good },
    { "as old as may be", header("new", NOW - 300, BODY) },
    { "as far ahead as may be", header("new", NOW + 300, BODY) },
  }
  for _, case in ipairs(accepted) do
    it("is accepted: " .. case[1], function()
      local ok, problem = check(case[2])
      assert.is_true(ok, problem)
    end)
  end

  local refused = {
    { "none", nil, "the delivery is not signed" },
    { "an empty one", "", "the signature cannot be read" },
    { "no time", "v1=" .. sign("new", NOW, BODY), "the signature cannot be read" },
    { "no signature", "t=" .. NOW, "the signature cannot be read" },
    { "two times", ("t=%d,t=%d,v1=%s"):format(NOW, NOW - 1, sign("new", NOW, BODY)), "the signature cannot be read" },
    { "a time that is no number", "t=1e9,v1=" .. sign("new", "1e9", BODY), "the signature cannot be read" },
    { "a time below zero", "t=-1,v1=" .. sign("new", "-1", BODY), "the signature cannot be read" },
    { "another scheme's name", (good:gsub("v1=", "v2=")), "the signature cannot be read" },
    { "no hexadecimal digits", ("t=%d,v1=zz"):format(NOW), "the signature cannot be read" },
    { "nine of them", ("t=%d"):format(NOW) .. (",v1=" .. sign("new", NOW, BODY)):rep(9), "the signature cannot be read" },
    { "half of one", good:sub(1, -33), "the signature does not match" },
    { "one and more", good .. "00", "the signature does not match" },
    { "an empty signature", ("t=%d,v1="):format(NOW), "the signature does not match" },
    { "made with another secret", header("newer", NOW, BODY), "the signature does not match" },
    { "made for another time", (good:gsub("t=%d+", "t=" .. NOW - 1)), "the signature does not match" },
    { "a second too old", header("new", NOW - 301, BODY), "the timestamp is too far from now" },
    { "a second too far ahead", header("new", NOW + 301, BODY), "the timestamp is too far from now" },
  }
  for _, case in ipairs(refused) do
    it("is refused: " .. case[1], function()
      local ok, problem = check(case[2])
      assert.is_false(ok)
      assert.equal(case[3], problem)
    end)
  end

  it("is refused with any one digit changed", function()
    local first = good:find("v1=", 1, true) + 3
    for at = first, #good do assert.is_false((check(flip(good, at)))) end
  end)

  it("is refused with any one bit of the body changed", function()
    for at = 1, #BODY do
      local other = BODY:sub(1, at - 1) .. string.char((BODY:byte(at) + 1) % 256) .. BODY:sub(at + 1)
      assert.is_false((check(good, other)))
    end
  end)

  it("made with the old secret is refused once its hour is over", function()
    local later = NOW + 61
    local ok, problem = check(header("old", later, BODY), BODY, later)
    assert.same({ false, "the signature does not match" }, { ok, problem })
    assert.is_true((check(header("new", later, BODY), BODY, later)))
  end)

  it("gives one digest for one delivery, whichever secret signed it", function()
    local one = signature.check(signing, good, BODY, NOW)
    local same = signature.check(signing, header("old", NOW, BODY), BODY, NOW)
    local other = signature.check(signing, header("new", NOW + 1, BODY), BODY, NOW)
    assert.equal(one, same)
    assert.not_equal(one, other)
  end)

  it("covers the text that the option names", function()
    signing.signed_text = function(timestamp, body) return body .. timestamp end
    local made = hex.encode(hmac.new("new", "sha256"):final(BODY .. NOW))
    assert.is_true((check(("t=%d,v1=%s"):format(NOW, made))))
    assert.is_false((check(good)))
  end)
end)

describe("the name of the header with the signature", function()
  local refused = {
    { "empty", "" }, { "with a space", "x signature" }, { "with a colon", "x:signature" },
    { "with an underscore", "x_signature" }, { "with a line's end", "x\r\ny" },
    { "with a letter beyond ASCII", "x-signatur\195\169" },
  }
  for _, case in ipairs(refused) do
    it("is refused: " .. case[1], function()
      local problem = signature.header_problem(case[2])
      assert.equal("must be the name of an HTTP header", problem)
    end)
  end

  it("is of letters, digits and hyphens", function()
    local problem = signature.header_problem "X-Signature-256"
    assert.is_nil(problem)
  end)
end)
