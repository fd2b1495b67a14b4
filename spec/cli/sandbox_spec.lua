-- `credenco sandbox`, as a user runs it: in the foreground, until it is interrupted.
local cjson = require "cjson"
local files = require "spec.support.files"
local http = require "spec.support.http"
local program = require "spec.cli.program"
local uv = require "luv"
local wait = require "spec.support.wait"

local function start(...)
  local run = program.start { "sandbox", ... }
  local ready = wait.until_true(function()
    return run.code and "ended" or run:stdout():find("\n") and "ready"
  end)
  assert.equal("ready", ready, run:stderr())
  return run
end

describe("credenco sandbox", function()
  for _, signal in ipairs { "sigint", "sigterm", "sighup" } do
    it("serves until it gets a " .. signal .. ", and ends in good order", function()
      local run = start "--json"
      local about = cjson.decode(run:stdout())
      local port = tonumber(about.base_url:match ":(%d+)$")
      assert.equal(200, (http.request(port, "GET", "/sandbox/wallets/" .. about.wallets[1].key)))
      run:kill(signal)
      local outcome = run:finish()
      assert.same({ 0, "" }, { outcome.code, outcome.err })
      assert.is_false(wait.connects(port))
    end)
  end

  it("takes the port it is given, and shows people the settings that they need", function()
    local port = wait.free_port()
    local run = start("--port", tostring(port))
    run:kill "sigterm"
    local outcome = run:finish()
    assert.equal(0, outcome.code)
    assert.is_truthy(outcome.out:find("http://127.0.0.1:" .. port, 1, true), outcome.out)
    assert.matches("sandbox%-api%-key", outcome.out)
  end)

  it("serves https when asked to, and names the file to trust", function()
    local run = start("--json", "--tls", "--workers", "1")
    local about = cjson.decode(run:stdout())
    local file = io.open(about.ca_file)
    local pem = file:read "*a"
    file:close()
    run:kill "sigterm"
    local outcome = run:finish()
    assert.equal(0, outcome.code)
    assert.matches("^https://", about.base_url)
    assert.matches("^%-%-%-%-%-BEGIN CERTIFICATE", pem)
    assert.is_nil(io.open(about.ca_file))
  end)

  it("ends with 2 and names the file when its templates cannot be read", function()
    local outcome = program.run { "sandbox", "--templates", "/nowhere/templates.json" }
    assert.same({ 2, "" }, { outcome.code, outcome.out })
    assert.matches("^credenco: cannot read templates: /nowhere/templates%.json", outcome.err)
  end)

  for _, path in ipairs { "/nowhere/nginx", "/tmp", "spec/cli/sandbox_spec.lua" } do
    it("ends with 2 when nginx cannot be run: " .. path, function()
      local outcome = program.run { "sandbox", "--nginx", path }
      assert.equal(2, outcome.code)
      assert.equal(("credenco: %s is not a program that you may run\n"):format(path), outcome.err)
    end)
  end

  it("ends with 2 and says what is wrong in its templates", function()
    local folder = files.temporary_folder()
    finally(function() files.remove_folder(folder) end)
    local path = folder .. "/templates.json"
    files.write(path, '{"templates":[{"key":"a","format":"dc+sd-jwt","claims":{}}]}')
    local outcome = program.run { "sandbox", "--templates", path, "--json" }
    assert.same({ 2, "" }, { outcome.code, outcome.out })
    assert.same({ code = "usage", message = path .. ": templates[1].name is missing" }, cjson.decode(outcome.err).error)
  end)

  for _, case in ipairs { { "in the foreground", "" }, { "in the background", "--env" } } do
    it("ends if nobody can read its address: " .. case[1], function()
      local port = wait.free_port()
      local command = ('exec "$0" bin/credenco sandbox --json --port %d %s >/dev/full'):format(port, case[2])
      local run = program.start_command("/bin/sh", { "-c", command, uv.exepath() })
      wait.until_true(function() return run.code end)
      if not run.code then run:kill "sigterm" end
      local outcome = run:finish()
      assert.equal(1, outcome.code)
      assert.matches("cannot write the [%l]+: No space left on device", cjson.decode(outcome.err).error.message)
      assert.is_true(wait.until_true(function() return not wait.connects(port) end))
    end)
  end

  it("behaves as the options say", function()
    local run = start("--json", "--behaviour", "repeated_push=404", "--behaviour", "offer_ttl_s=5")
    local port = tonumber(cjson.decode(run:stdout()).base_url:match ":(%d+)$")
    local _, body = http.request(port, "GET", "/sandbox/behaviour")
    run:kill "sigterm"
    run:finish()
    local shown = cjson.decode(body)
    assert.same({ "404", 5, "before" }, { shown.repeated_push, shown.offer_ttl_s, shown.exchange })
  end)

  it("ends with 2 for an unknown behaviour, and proposes the nearest", function()
    for assignment, said in pairs {
      ["repeated_psh=404"] = "did you mean 'repeated_push'?",
      ["exchange=befor"] = "must be one of before, after; did you mean 'before'?",
      ["exchange"] = "NAME=VALUE expected",
    } do
      local outcome = program.run { "sandbox", "--behaviour", assignment }
      assert.same({ 2, "" }, { outcome.code, outcome.out })
      assert.is_truthy(outcome.err:find(said, 1, true), outcome.err)
    end
  end)

  local function refused_in(folder)
    local outcome = program.start({ "sandbox" }, { TMPDIR = folder }):finish()
    assert.is_not.equal(0, outcome.code)
    assert.matches("set TMPDIR to a", outcome.err)
    return outcome.err
  end

  it("says what to do when TMPDIR does not exist", function()
    assert.matches("no such file or directory", refused_in "/nonexistent")
  end)

  it("says what to do when a socket does not fit into TMPDIR", function()
    local folder = files.temporary_folder()
    local long = folder .. "/" .. ("x"):rep(100)
    uv.fs_mkdir(long, tonumber("700", 8))
    assert.matches("too long for a socket", refused_in(long))
    files.remove_folder(folder)
  end)

  it("takes a number of workers, and no other word", function()
    local outcome = program.run { "sandbox", "--workers", "many" }
    assert.equal(2, outcome.code)
    assert.matches("%-%-workers", outcome.err)
  end)

  it("ends with 7 and says why when its port is taken", function()
    local run = start "--json"
    local port = cjson.decode(run:stdout()).base_url:match ":(%d+)$"
    local second = program.run({ "sandbox", "--port", port, "--json" })
    run:kill "sigterm"
    run:finish()
    local err = cjson.decode(second.err:match "[^\n]+\n$").error
    assert.same({ 7, "", "listen_failed" }, { second.code, second.out, err.code })
    assert.matches("ddress already in use", err.message)
  end)
end)
