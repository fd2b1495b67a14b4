-- CloudEvents as HTTP carries them: what is read, and what is refused with which status.
local cjson = require "cjson"
local events = require "credenco.webhook.event"
local json = require "credenco.base.json"

local STRUCTURED = "application/cloudevents+json"

-- The headers of an event in binary mode but for the changes; false takes one away.
local function binary(changes)
  local headers = {
    ["ce-specversion"] = "1.0", ["ce-id"] = "e-1", ["ce-type"] = "wallet.created", ["ce-source"] = "/spec",
    ["content-type"] = "application/json",
  }
  for name, value in pairs(changes or {}) do headers[name] = value or nil end
  return headers
end

-- The same for the envelope of structured mode.
local function envelope(changes)
  local event = { specversion = "1.0", id = "e-1", type = "wallet.created", source = "/spec" }
  for name, value in pairs(changes or {}) do event[name] = value or nil end
  return cjson.encode(event)
end

local function structured(content_type) return { ["content-type"] = content_type or STRUCTURED } end

-- Reads an event as the receiver does, and again as the worker that takes it out of the queue.
local function read(headers, body)
  local event, status, problem = events.from_request(headers, body)
  if not event then return nil, status, problem end
  local again = events.from_text(events.to_text(event, headers, body))
  assert.same(event, again)
  return event
end

describe("a CloudEvent in binary mode", function()
  it("has its attributes and its data", function()
    assert.same({
      specversion = "1.0", id = "e-1", type = "wallet.created", source = "/spec", time = "2026-01-01T00:00:00Z",
      comexampleshard = "7", datacontenttype = "application/json", data = { walletExternalKey = "w", n = 1.5 },
    }, read(binary { ["ce-time"] = "2026-01-01T00:00:00Z", ["ce-comexampleshard"] = "7" },
      '{"walletExternalKey":"w","n":1.5}'))
  end)

  it("has the text of its attributes decoded, once", function()
    local event = read(binary {
      ["ce-id"] = "%E2%82%AC%20%2541", ["ce-source"] = '"a \\"b\\""', ["ce-subject"] = "%c3%a9",
    }, "1")
    assert.same({ "€ %41", 'a "b"', "é" }, { event.id, event.source, event.subject })
  end)

  it("has JSON without a Content-Type, bytes under another one, and nothing without a body", function()
    assert.equal(1, read(binary { ["content-type"] = false }, "1").data)
    assert.equal("\255\n\0", read(binary { ["content-type"] = "image/png" }, "\255\n\0").data)
    assert.equal("1", read(binary { ["content-type"] = "text/plain; charset=latin1" }, "1").data)
    assert.is_nil(read(binary(), "").data)
    assert.equal(json.null, read(binary(), "null").data)
  end)

  it("keeps empty arrays apart from empty objects", function()
    local data = read(binary(), '{"a":[],"o":{}}').data
    assert.same({ true, false }, { json.is_array(data.a), json.is_array(data.o) })
  end)

  it("is one of CloudEvents 1.0 if no header says so", function()
    assert.equal("1.0", read(binary { ["ce-specversion"] = false }, "1").specversion)
  end)

  it("ignores headers that cannot be attributes", function()
    local event = read(binary { ["ce-data"] = "x", ["ce-some-thing"] = { "a", "b" }, cecil = "x" }, "1")
    assert.same({ data = 1, id = "e-1" }, { data = event.data, id = event.id, some = event["some-thing"] })
  end)

  local refused = {
    { "of another version", { ["ce-specversion"] = "0.3" }, 400, "ce-specversion must be 1.0" },
    { "without an id", { ["ce-id"] = false }, 400, "ce-id is missing" },
    { "without a type", { ["ce-type"] = false }, 400, "ce-type is missing" },
    { "without a source", { ["ce-source"] = false }, 400, "ce-source is missing" },
    { "with an empty id", { ["ce-id"] = "" }, 400, "ce-id must not be empty" },
    { "with an id too long", { ["ce-id"] = ("x"):rep(256) }, 400, "ce-id must be at most 255 bytes long" },
    { "with an id given twice", { ["ce-id"] = { "a", "a" } }, 400, "ce-id is given twice" },
    { "with half an escape", { ["ce-id"] = "%4" }, 400, "ce-id has quotes or percent escapes that are not whole" },
    { "with an overlong escape", { ["ce-id"] = "%C0%A0" }, 400, "ce-id must be valid UTF-8" },
    { "with a control byte in an escape", { ["ce-subject"] = "a%0Ab" }, 400, "ce-subject holds control characters" },
    { "with a C1 control", { ["ce-subject"] = "%C2%85" }, 400, "ce-subject holds control characters" },
    { "with a subject that is not UTF-8", { ["ce-subject"] = "\255" }, 400, "ce-subject is not valid UTF-8" },
    { "with a second type of data", { ["ce-datacontenttype"] = "a/b" }, 400,
      "ce-datacontenttype: use Content-Type instead in binary mode" },
    { "with two Content-Types", { ["content-type"] = { "a/b", "c/d" } }, 400, "Content-Type is given twice" },
    { "with an unreadable Content-Type", { ["content-type"] = "json" }, 415, "Content-Type cannot be read" },
    { "with JSON in another charset", { ["content-type"] = "application/json; charset=utf-16" }, 415,
      "JSON must be in UTF-8" },
  }
  for _, case in ipairs(refused) do
    it("is refused " .. case[1], function()
      local event, status, problem = read(binary(case[2]), "1")
      assert.same({ nil, case[3], case[4] }, { event, status, problem })
    end)
  end

  local unusable = {
    { "payload", "the data is not usable JSON: byte 1: not a JSON value" },
    { '"\255"', "the data is not valid UTF-8" },
    { "9007199254740993", "the data is not usable JSON: byte 1: this number cannot be held exactly; give it as text" },
    { "[1e400]", "the data is not usable JSON: byte 2: this number cannot be held exactly; give it as text" },
    { '{"a":1,"a":2}', "the data is not usable JSON: byte 8: the same name twice in one object" },
    { '"\\ud800"', "the data is not usable JSON: byte 2: half of a surrogate pair" },
    { ("["):rep(65), "the data is not usable JSON: byte 65: nested deeper than 64 levels" },
  }
  for _, case in ipairs(unusable) do
    it("is refused with data that is " .. case[1]:sub(1, 20), function()
      local event, status, problem = read(binary(), case[1])
      assert.same({ nil, 400, case[2] }, { event, status, problem })
    end)
  end
end)

describe("a CloudEvent in structured mode", function()
  it("has its attributes and its data, with any other headers", function()
    local headers = structured "Application/CloudEvents+JSON; charset=UTF-8"
    headers["ce-id"] = "another"
    assert.same({
      specversion = "1.0", id = "e-1", type = "wallet.created", source = "/spec", shard = 7, test = true,
      data = { walletExternalKey = "w" },
    }, read(headers, envelope { shard = 7, test = true, subject = cjson.null, data = { walletExternalKey = "w" } }))
  end)

  it("keeps its text unchanged: percent signs are not escapes here", function()
    assert.equal("%41 é", read(structured(), envelope { id = "%41 é" }).id)
  end)

  local data = {
    { "no data", {}, nil },
    { "null", { data = cjson.null }, json.null },
    { "a text that looks like JSON", { data = "[1]" }, "[1]" },
    { "a text under its own type", { data = "<a/>", datacontenttype = "application/xml" }, "<a/>" },
    { "JSON in base64", { data_base64 = "WzFd" }, { 1 } },
    { "bytes in base64", { data_base64 = "/wA=", datacontenttype = "image/png" }, "\255\0" },
    { "no bytes in base64", { data_base64 = "", datacontenttype = "image/png" }, "" },
  }
  for _, case in ipairs(data) do
    it("has " .. case[1], function() assert.same(case[3], read(structured(), envelope(case[2])).data) end)
  end

  local refused = {
    { "in batched mode", "[]", 415, "batched mode is not supported: send one event in a request",
      "application/cloudevents-batch+json; charset=utf-8" },
    { "in another format", "x", 415, "structured mode must be application/cloudevents+json in UTF-8",
      "application/cloudevents+avro" },
    { "in no format", "x", 415, "structured mode must be application/cloudevents+json in UTF-8", "application/cloudevents" },
    { "in another charset", envelope(), 415, "structured mode must be application/cloudevents+json in UTF-8",
      STRUCTURED .. "; charset=latin1" },
    { "that is a list", "[]", 400, "the event must be a JSON object" },
    { "that is a text", '"x"', 400, "the event must be a JSON object" },
    { "without a body", "", 400, "the event is not usable JSON: byte 1: not a JSON value" },
    { "that is not UTF-8", '{"id":"\255"}', 400, "the event is not valid UTF-8" },
    { "with a name twice", '{"id":"a","id":"b"}', 400, "the event is not usable JSON: byte 11: the same name twice in one object" },
    { "without a specversion", envelope { specversion = false }, 400, "specversion is missing" },
    { "with a number for a specversion", envelope { specversion = 1 }, 400, "specversion must be 1.0" },
    { "with a null for an id", envelope { id = cjson.null }, 400, "id is missing" },
    { "with a number for an id", envelope { id = 7 }, 400, "id must be text" },
    { "with an object for an attribute", envelope { subject = { a = 1 } }, 400,
      "subject must be text, a number or true or false" },
    { "with data twice", envelope { data = 1, data_base64 = "WzFd" }, 400, "data and data_base64 exclude each other" },
    { "with base64 that is none", envelope { data_base64 = "W" }, 400, "data_base64 is not base64" },
    { "with a number for base64", envelope { data_base64 = 1 }, 400, "data_base64 is not base64" },
    { "with base64 that is no JSON", envelope { data_base64 = "/wA=" }, 400, "the data is not valid UTF-8" },
    { "with data that is not of its type", envelope { data = { 1 }, datacontenttype = "text/plain" }, 400,
      "data that is not JSON must be text" },
    { "with a type that cannot be read", envelope { data = 1, datacontenttype = "json" }, 415,
      "the type of the data cannot be read" },
  }
  for _, case in ipairs(refused) do
    it("is refused " .. case[1], function()
      local event, status, problem = read(structured(case[5]), case[2])
      assert.same({ nil, case[3], case[4] }, { event, status, problem })
    end)
  end
end)

describe("any input as an event", function()
  local PIECES = { '"', "{", "}", "[", "]", ":", ",", "\\", "\\u00e9", "\255", "\194\133", "%", "%4", "%C3%A9", ";", "=", "null", "1e9",
    "application/cloudevents", "+json", "-batch", "charset=", "data", "data_base64", "id", "ce-id", " ", "\n", "" }

  -- A text with a piece of it replaced by something else.
  local function changed(text)
    local from = math.random(0, #text)
    return text:sub(1, from) .. PIECES[math.random(#PIECES)] .. text:sub(from + 1 + math.random(0, 3))
  end

  it("is an event that comes out of the queue as it went in, or refused with a reason", function()
    local read_well = 0
    for i = 1, 4000 do
      local is_binary = i % 2 == 0
      local headers = is_binary and binary() or structured()
      local body = is_binary and '{"a":[1.5,"x"]}' or envelope { data = { 1 }, subject = "s" }
      for name, value in pairs(headers) do
        if math.random(4) == 1 then headers[name] = changed(value) end
      end
      if math.random(2) == 1 then body = changed(body) end
      local event, status, problem = read(headers, body)
      if event then
        read_well = read_well + 1
      else
        assert.is_true(status == 400 or status == 415)
        assert.is_string(problem)
        assert.is_nil(problem:find "[%c\128-\255]", problem)
      end
    end
    assert.is_true(read_well > 400 and read_well < 3600, read_well)
  end)
end)
