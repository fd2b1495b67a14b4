-- Wallet events as nginx receives them: which it takes, each once, and which it refuses.
local cjson = require "cjson"
local wait = require "spec.support.wait"
local webhook_receiver = require "spec.nginx.webhook_receiver"


describe("the webhook inside nginx", function()
  local receiver = webhook_receiver.use()

  it("gives the handler what structured mode has in the body, and binary mode in escaped headers", function()
    local made = receiver:delivery { data = { ms = 0, failures = 0, text = "binary" }, id = "binary-%C3%A9" }
    assert.equal(204, receiver:deliver(made).status)
    assert.equal(1, receiver:comes_to_be_done "binary-é")
    local event = { specversion = "1.0", id = "structured-é", type = "t", source = "s", data = made.data }
    local again = receiver:delivery {
      body = cjson.encode(event), headers = { ["content-type"] = "application/cloudevents+json; charset=UTF-8" },
    }
    assert.equal(204, receiver:deliver(again).status)
    assert.equal(1, receiver:comes_to_be_done "structured-é")
    assert.is_nil(receiver:done()[again.id])
  end)

  it("runs the handler once for an event that is delivered again", function()
    local made = receiver:delivery()
    for age = 0, 2 do
      local again = receiver:delivery { id = made.id, time = os.time() - age }
      assert.equal(204, receiver:deliver(again).status)
    end
    assert.equal(1, receiver:comes_to_be_done(made.id))
  end)

  it("takes the old secret within its hour, and a delivery signed with both", function()
    local old = receiver:delivery { secret = "old secret" }
    assert.equal(204, receiver:deliver(old).status)
    local both = receiver:delivery { time = os.time() - 7 }
    both.signature = receiver:delivery({ secret = "old secret", time = both.time }).signature .. "," .. both.signature
    assert.equal(204, receiver:deliver(both).status)
    assert.equal(1, receiver:comes_to_be_done(old.id))
    assert.equal(1, receiver:comes_to_be_done(both.id))
  end)

  it("refuses a replay under another id, with either of two signatures", function()
    local made = receiver:delivery { data = { ms = 0, failures = 0, text = "replayed" } }
    local old = receiver:delivery { secret = "old secret", time = made.time, body = made.body }
    local both = made.signature .. "," .. old.signature
    assert.equal(204, receiver:deliver(receiver:delivery { signature = both, body = made.body }).status)
    for _, signature in ipairs { both, made.signature, old.signature } do
      assert.equal(409, receiver:deliver(receiver:delivery { signature = signature, body = made.body }).status)
    end
  end)

  it("knows a replay for as long as its signature is good", function()
    local before = os.time()
    wait.until_true(function() return os.time() > before end)
    local made = receiver:delivery { path = "/strict", time = os.time() + 1 }
    assert.equal(204, receiver:deliver(made).status)
    local statuses = { [204] = 0, [401] = 0, [409] = 0 }
    wait.until_true(function()
      local status = receiver:deliver(receiver:delivery { path = "/strict", signature = made.signature, body = made.body }).status
      statuses[status] = statuses[status] + 1
      return status == 401
    end)
    assert.same({ 0, 1 }, { statuses[204], statuses[401] })
  end)

  local refused = {
    { "a forged one", 401, { secret = "a guess" } },
    { "a stale one", 401, { time = os.time() - 400 } },
    { "one from the future", 401, { time = os.time() + 400 } },
    { "one with another body", 401, { sent = '{"ms":0,"failures":0,"text":"qayload"}' } },
    { "one without a signature", 401, { headers = { ["x-credenco-signature"] = false } } },
    { "one without an id", 400, { headers = { ["ce-id"] = false } }, "ce-id is missing" },
    { "one of another version", 400, { headers = { ["ce-specversion"] = "0.3" } }, "ce-specversion must be 1.0" },
    { "one with two ids", 400, { headers = { ["Ce-Id"] = "another" } }, "ce-id is given twice" },
    { "one with two types of data", 400, { headers = { ["Content-Type"] = "text/plain" } }, "Content-Type is given twice" },
    { "one with half an escape", 400, { id = "50%" }, "ce-id has quotes or percent escapes that are not whole" },
    { "one with a number that cannot be held", 400, { body = "9007199254740993" },
      "the data is not usable JSON: byte 1: this number cannot be held exactly; give it as text" },
    { "one that is not UTF-8", 400, { body = '"\255"' }, "the data is not valid UTF-8" },
    { "several in a batch", 415, { body = "[]", headers = { ["content-type"] = "application/cloudevents-batch+json" } },
      "batched mode is not supported: send one event in a request" },
    { "a forged one before it is read", 401, { secret = "a guess", body = "{", headers = {
      ["content-type"] = "application/cloudevents+json" } }, "the signature does not match" },
    { "one with more headers than can be seen", 431, { headers = (function()
      local many = {}
      for i = 1, 100 do many["x-" .. i] = i end
      return many
    end)() }, "more than 100 header fields" },
    { "one without a type", 400, { headers = { ["ce-type"] = false } } },
    { "one with an id too long", 400, { id = ("x"):rep(256) } },
    { "one with an id that is not UTF-8", 400, { id = "\255" } },
    { "one that is not JSON", 400, { body = "payload" } },
    { "one in structured mode without a body", 400, { body = "", headers = {
      ["content-type"] = "application/cloudevents+json" } } },
    { "one that is not a POST", 405, { method = "PUT" } },
    { "one larger than max_body_bytes", 413, { body = '"' .. ("x"):rep(65535) .. '"' } },
    { "one larger than nginx's buffer", 413, { path = "/tiny", body = '"' .. ("x"):rep(50000) .. '"' } },
  }
  for _, case in ipairs(refused) do
    it("refuses " .. case[1], function()
      local made = receiver:delivery(case[3])
      local answer = receiver:deliver(made)
      assert.equal(case[2], answer.status)
      if case[4] then assert.equal(case[4] .. "\n", answer.body) end
      if case[2] == 405 then assert.equal("POST", answer.headers.allow) end
      assert.is_nil(receiver:done()[made.id])
    end)
  end

  it("is not made of an old secret without its time, without a dictionary, or with a body's limit out of bounds", function()
    for problem, options in pairs {
      ["old_secret and rotated_at go together"] = '{ secret = "s", dict = "strict", handler = print, old_secret = "o" }',
      ["old_secret and rotated_at go"] = '{ secret = "s", dict = "strict", handler = print, rotated_at = 1 }',
      ["dict must name a lua_shared_dict"] = '{ secret = "s", dict = "none", handler = print }',
      ["must be at least 1"] = '{ secret = "s", dict = "strict", handler = print, max_body_bytes = 0 }',
      ["must be at most 16777216"] = '{ secret = "s", dict = "strict", handler = print, max_body_bytes = 16777217 }',
    } do
      local made, said = receiver.inside:run(('local ok, err = pcall(require("credenco.webhook").new, %s) return ok, tostring(err)')
        :format(options))
      assert.is_false(made)
      assert.truthy(said:find(problem, 1, true), said)
    end
  end)

  it("remembers an event for as long as a signature of it is good", function()
    local remembered_s = receiver.inside:run [[
      return require("credenco.webhook").new { secret = "s", dict = "strict", handler = print, remember_s = 600,
        tolerance_s = 86400 }.options.remember_s
    ]]
    assert.equal(2 * 86400 + 1, remembered_s)
  end)

  it("does not know an event that is being queued, until it is", function()
    local made = receiver:delivery()
    receiver.inside:run('ngx.shared.events:set("id " .. ..., false)', made.id)
    local answer = receiver:deliver(made)
    assert.same({ 503, "another request is queueing this event\n", "5" },
      { answer.status, answer.body, answer.headers["retry-after"] })
    receiver.inside:run('ngx.shared.events:delete("id " .. ...)', made.id)
    assert.equal(204, receiver:deliver(made).status)
    assert.equal(1, receiver:comes_to_be_done(made.id))
  end)

  -- An event makes two entries, its marks.
  for room = 0, 1 do
    it(("asks for a repetition when its dictionary has room for %d entries"):format(room), function()
      receiver.inside:run([[
        local dict, count = ngx.shared.tight, 0
        for _, bytes in ipairs { 2000, 400, 1 } do
          while dict:safe_set("filler " .. count, ("x"):rep(bytes)) do count = count + 1 end
        end
        for i = 1, ... do dict:delete("filler " .. count - i) end
      ]], room)
      local made = receiver:delivery { path = "/tight" }
      local answer = receiver:deliver(made)
      assert.same({ 503, "no room\n" }, { answer.status, answer.body })
      receiver.inside:run "ngx.shared.tight:flush_all() ngx.shared.tight:flush_expired()"
      assert.equal(204, receiver:deliver(made).status)
      assert.equal(1, receiver:comes_to_be_done(made.id))
    end)
  end

  it("takes a body of max_body_bytes, under the names that the options say", function()
    local function of_size(size)
      local data = ('{"ms":0,"failures":0,"text":"%s"}'):format(("x"):rep(size - 31))
      assert.equal(size, #data)
      return receiver:delivery { path = "/small", header = "x-other-header", scheme = "sha256", body = data }
    end
    assert.equal(413, receiver:deliver(of_size(1001)).status)
    local made = of_size(1000)
    assert.equal(204, receiver:deliver(made).status)
    assert.equal(1, receiver:comes_to_be_done(made.id))
  end)
end)
