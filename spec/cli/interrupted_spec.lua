-- Ctrl-C, SIGTERM and SIGHUP at every moment of a command that talks to a server: which code it ends with, what it says was
-- sent, and that an offer which may have been delivered is not lost.
local cjson = require "cjson"
local files = require "spec.support.files"
local Misbehaving = require "spec.support.misbehaving"
local program = require "spec.cli.program"
local wait = require "spec.support.wait"


describe("a command that is interrupted", function()
  local server = Misbehaving.use()

  -- Starts the command, waits until the server has seen that step, and interrupts it.
  local function interrupted(arguments, script, step, signal, stdin)
    local scenario = server:scenario(script)
    local run = program.start(arguments, { CREDENCO_BASE_URL = scenario.url, CREDENCO_API_KEY = "key-top-secret" })
    run:finish_input(stdin)
    assert(wait.until_true(function() return #scenario.requests(step) > 0 end), run:stderr())
    run:kill(signal)
    local ended = run:finish()
    assert.is_nil((ended.out .. ended.err):find("traceback", 1, true), ended.err)
    assert.is_nil((ended.out .. ended.err):find("top-secret", 1, true), ended.err)
    return ended
  end

  local ISSUE = { "issue", "--wallet", "w", "--template", "t", "--correlation-id", "order-1", "--claim", "a=b" }
  local PROBE = { "probe", "--wallet", "w", "--template", "t", "--claim", "a=b" }
  local OFFER = "http://127.0.0.1/offer"

  -- arguments, script, step that hangs, exit code, sent
  local MOMENTS = {
    ["issue, while the offer is made"] = { ISSUE, { create = { "hang" } }, "create", 130, "unknown" },
    ["issue, while the offer is delivered"] = { ISSUE, { push = { "hang" } }, "push", 5, "unknown" },
    ["offer"] = { { "offer", "--template", "t", "--claim", "a=b" }, { create = { "hang" } }, "create", 130, "unknown" },
    ["probe, while the offer is made"] = { PROBE, { create = { "hang" } }, "create", 130, "unknown" },
    ["probe, while the offer is delivered"] = { PROBE, { push = { "hang" } }, "push", 5, "unknown" },
    ["probe, while it asks for the status"] = { PROBE, { status = { "hang" } }, "status", 130, "unknown" },
    ["push"] = { { "push", "--wallet", "w" }, { push = { "hang" } }, "push", 5, "unknown", OFFER },
    ["status"] = { { "status", "order-1" }, { status = { "hang" } }, "status", 130, "unknown" },
    ["status --wait"] = { { "status", "order-1", "--wait" }, { status = { "hang" } }, "status", 130, "unknown" },
  }

  for name, moment in pairs(MOMENTS) do
    for _, signal in ipairs { "sigint", "sigterm", "sighup" } do
      for _, as_json in ipairs { false, true } do
        it(("ends with %d and says what was sent: %s, %s%s"):format(moment[4], name, signal, as_json and ", JSON" or ""),
          function()
            local arguments = { (table.unpack or unpack)(moment[1]) } -- luacheck: ignore
            if as_json then arguments[#arguments + 1] = "--json" end
            local ended = interrupted(arguments, moment[2], moment[3], signal, moment[6])
            assert.same({ moment[4], "" }, { ended.code, ended.out })
            if as_json then
              local err = cjson.decode(ended.err).error
              assert.same({ "interrupted", moment[5] }, { err.code, err.sent })
            else
              assert.truthy(ended.err:find("interrupted; it was sent, and the outcome is unknown", 1, true),
                ended.err)
            end
          end)
      end
    end
  end

  it("keeps the offer whose delivery is in doubt, and names the issue", function()
    local kept = server.folder .. "/offer"
    local arguments = { "issue", "--wallet", "w", "--template", "t", "--claim", "a=b", "--keep-offer", kept }
    local ended = interrupted(arguments, { push = { "hang" } }, "push", "sigint")
    assert.equal(5, ended.code)
    assert.truthy(files.read(kept):find "^https?://[^\n]+\n$")
    assert.truthy(ended.err:find("the offer is kept in " .. kept, 1, true), ended.err)
    assert.truthy(ended.err:find "correlation_id %x+%-", ended.err)
  end)

  it("says which credential a probe may leave in the wallet, once it has begun to deliver", function()
    local LEFT = "a credential may be in the wallet w (correlation_id "
    local before = interrupted(PROBE, { create = { "hang" } }, "create", "sigint")
    assert.is_nil(before.err:find(LEFT, 1, true), before.err)
    local after = interrupted(PROBE, { push = { "hang" } }, "push", "sigint")
    local id = after.err:match("correlation_id (%x+%-[%x-]+)%]")
    assert.truthy(id and after.err:find(LEFT .. id, 1, true), after.err)
    local for_programs = interrupted({ PROBE[1], "--json", (table.unpack or unpack)(PROBE, 2) }, { push = { "hang" } },
      "push", "sigint")
    assert.matches("^%x+%-", cjson.decode(for_programs.err).error.correlation_id)
  end)

  it("says so if nothing was sent", function()
    local pipe = server.folder .. "/pipe"
    assert.equal(0, program.run_command("/usr/bin/mkfifo", { pipe }).code)
    for _, arguments in ipairs { { "push", "--wallet", "w", "--from", pipe },
      { "push", "--wallet", "w", "--from", pipe, "--json" } } do
      local run = program.start(arguments, { CREDENCO_BASE_URL = server:scenario({}).url })
      local writer = assert(io.open(pipe, "w")) -- waits for somebody who reads
      run:kill "sigint"
      local ended = run:finish()
      writer:close()
      assert.same({ 130, "" }, { ended.code, ended.out })
      assert.truthy(ended.err:find("interrupted; nothing was sent", 1, true), ended.err)
    end
  end)

  it("finishes a delivery, and keeps its offer, when nobody reads its output any more", function()
    local kept = server.folder .. "/offer-unread"
    local scenario = server:scenario { push = { "close", "close", "close" } }
    local arguments = { "issue", "--wallet", "w", "--template", "t", "--claim", "a=b", "--keep-offer", kept, "--verbose" }
    local run = program.start(arguments, { CREDENCO_BASE_URL = scenario.url, CREDENCO_API_KEY = "k" })
    wait.close(run.err)
    run:finish_input()
    assert(wait.until_true(function() return run.code ~= nil end))
    for _, handle in ipairs { run.process, run.stdin, run.out } do wait.close(handle) end
    assert.same({ 5, 3 }, { run.code, #scenario.requests "push" })
    assert.truthy(files.read(kept):find "^https?://[^\n]+\n$")
  end)

  it("stops at once when it is interrupted again", function()
    local scenario = server:scenario { push = { "hang" } }
    local run = program.start(ISSUE, { CREDENCO_BASE_URL = scenario.url, CREDENCO_API_KEY = "k" })
    run:finish_input()
    assert(wait.until_true(function() return #scenario.requests "push" > 0 end), run:stderr())
    run:kill "sigstop" -- so that it sees both at once
    run:kill "sigint"
    run:kill "sigterm"
    run:kill "sigcont"
    local ended = run:finish()
    assert.equal(130, ended.code)
    assert.truthy(ended.err:find("order-1", 1, true), ended.err)
  end)
end)
