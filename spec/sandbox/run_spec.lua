--- The sandbox in the foreground, as the command line runs it.
local cjson = require "cjson"
local http = require "spec.sandbox.http"
local uv = require "luv"
local wait = require "spec.support.wait"
local worlds = require "spec.sandbox.world"

local PROGRAM = [[
package.path, package.cpath = %q, %q
local ok, err = require("credenco.sandbox").run { json = %s, port = %d }
if not ok then io.stderr:write(err) os.exit(1, true) end
os.exit(0, true)
]]

local function close(handle)
  if not handle:is_closing() then
    handle:close()
  end
end

--- Starts the program; `stdout` and, after its end, `code` fill up as the loop turns.
local function spawn(json, port)
  local program = PROGRAM:format(package.path, package.cpath, tostring(json), port or 0)
  local run, out, err = { stdout = "", stderr = "" }, uv.new_pipe(false), uv.new_pipe(false)
  run.handle, run.pid = uv.spawn(uv.exepath(), { args = { "-e", program }, stdio = { nil, out, err } },
    function(code)
      run.code = code
      close(run.handle)
    end)
  for name, pipe in pairs { stdout = out, stderr = err } do
    pipe:read_start(function(_, chunk)
      if not chunk then
        return close(pipe)
      end
      run[name] = run[name] .. chunk
    end)
  end
  return run
end

--- Turns the loop until `condition` holds.
local function turn_until(condition)
  assert(wait.until_true(condition), "waited in vain")
end

local function wait_ready(run)
  turn_until(function() return run.stdout:find "\n" or run.code end)
  assert(not run.code, run.stderr)
end

local function stop(run, signal)
  uv.kill(run.pid, signal)
  turn_until(function() return run.code end)
end

local function is_gone(pid)
  return uv.kill(pid, 0) ~= 0
end

--- The private folder of the sandbox a process has started.
local function folder_of(pid)
  local base = os.getenv "TMPDIR" or "/tmp"
  for name in uv.fs_scandir_next, assert(uv.fs_scandir(base)) do
    if name:find(("credenco-sandbox-%d-"):format(pid), 1, true) then
      return base .. "/" .. name
    end
  end
end

describe("the sandbox in the foreground", function()
  for _, signal in ipairs { "sigterm", "sigint" } do
    it("stops on " .. signal .. " with nothing left behind", function()
      local run = spawn(true)
      wait_ready(run)
      local ready = cjson.decode(run.stdout)
      assert.equal(200, http.request({ url = ready.base_url .. "/sandbox/ready" }).status)
      stop(run, signal)
      assert.equal(0, run.code)
      assert.equal("", run.stderr)
      assert.is_true(is_gone(ready.pid))
    end)
  end

  it("names in its ready line all that a program needs", function()
    local run = spawn(true)
    wait_ready(run)
    stop(run, "sigterm")
    local ready = cjson.decode(run.stdout)
    assert.is_true(ready.ready)
    for _, name in ipairs { "base_url", "api_key", "client_id", "client_secret", "token_url", "issuer_did" } do
      assert.is_string(ready[name], name)
    end
    assert.equal(3, #ready.wallets)
  end)

  it("tells people the same in words", function()
    local run = spawn(false)
    wait_ready(run)
    stop(run, "sigterm")
    assert.matches("ready at http://127%.0%.0%.1:%d+", run.stdout)
    assert.matches("does not trust the issuer", run.stdout)
  end)

  it("does not outlive a program that was killed, and leaves its directory to the next one", function()
    local run = spawn(true)
    wait_ready(run)
    local pid = cjson.decode(run.stdout).pid
    stop(run, "sigkill")
    local folder = folder_of(run.pid)
    assert.is_string(folder)
    assert(wait.until_true(function() return is_gone(pid) end), "nginx still runs")
    worlds.start():stop()
    assert.is_nil(folder_of(run.pid))
  end)

  it("says why it cannot start", function()
    local world = worlds.start()
    local run = spawn(true, tonumber(world.base_url:match ":(%d+)$"))
    turn_until(function() return run.code and run.stderr ~= "" end)
    world:stop()
    assert.equal(1, run.code)
    assert.matches("EADDRINUSE", run.stderr)
  end)
end)
