-- A terminal that is closed (SIGHUP): commands end as with SIGTERM, and whoever calls them with nohup keeps them.
local files = require "spec.support.files"
local http = require "spec.support.http"
local Misbehaving = require "spec.support.misbehaving"
local program = require "spec.cli.program"
local uv = require "luv"
local wait = require "spec.support.wait"

local unpack = table.unpack or unpack -- luacheck: ignore 113 143

local WORKFLOW = "spec/pipeline/company.lua"
-- No attempt gets a response, so the run lasts until it is stopped, however late that is, and a second longer.
local PATIENT, HANGS = { "--timeout", "1", "--attempts", "100" }, {}
for i = 1, 100 do HANGS[i] = "hang" end
local NOHUP = [[trap '' HUP; exec "$@"]]

describe("a terminal that is closed", function()
  local server, folder
  setup(function() server = Misbehaving.start() end)
  teardown(function() server:stop() end)
  before_each(function()
    folder = files.temporary_folder()
    files.write(folder .. "/in.csv", "coc_number,wallet,legal_name\n12345678,w,A\n")
  end)
  after_each(function() files.remove_folder(folder) end)

  local function environment(scenario)
    return { CREDENCO_BASE_URL = scenario.url, CREDENCO_API_KEY = "k", CREDENCO_JOURNAL = folder .. "/j", SHELL = "/bin/sh" }
  end

  local function arrived(scenario, step, run)
    assert(wait.until_true(function() return #scenario.requests(step) > 0 end), run:stderr())
  end

  -- `script` gives the shell a terminal, which is gone when `script` is killed. The shell passes the signal on, as an
  -- interactive one does.
  local function on_terminal(command, scenario)
    files.write(folder .. "/shell", ([[
trap 'kill -HUP $program' HUP
%s bin/credenco %s &
program=$!
wait $program; wait $program
echo $? >%s/code
]]):format(uv.exepath(), command, folder))
    return program.start_command("/usr/bin/script", { "-qec", "exec /bin/sh " .. folder .. "/shell", "/dev/null" },
      environment(scenario))
  end

  local function close_terminal(run)
    run:kill "sigkill"
    run:finish()
    return assert(wait.until_true(function()
      return tonumber(files.read(folder .. "/code") or "")
    end), "the command did not end")
  end

  it("ends a run in order, and the same command continues it", function()
    local command = ("run %s %s/in.csv"):format(WORKFLOW, folder)
    local scenario = server:scenario { create = HANGS }
    local run = on_terminal(command .. " " .. table.concat(PATIENT, " "), scenario)
    arrived(scenario, "create", run)
    assert.equal(130, close_terminal(run))
    local again = program.run({ "run", WORKFLOW, folder .. "/in.csv" }, environment(server:scenario()))
    assert.equal(0, again.code, again.err)
    assert.matches("1 record = 1 issued", again.out)
  end)

  it("ends a delivery with 5, and the offer is kept", function()
    local scenario = server:scenario { push = { "hang" } }
    local run = on_terminal(("issue --wallet w --template t --claim a=b --keep-offer %s/offer"):format(folder), scenario)
    arrived(scenario, "push", run)
    assert.equal(5, close_terminal(run))
    assert.matches("^https?://", files.read(folder .. "/offer"))
  end)

  it("is reported twice, by the shell and by the kernel, and counts once", function()
    local scenario = server:scenario { create = HANGS }
    local run = program.start({ "run", WORKFLOW, folder .. "/in.csv", unpack(PATIENT) }, environment(scenario))
    arrived(scenario, "create", run)
    run:kill "sighup"
    assert(wait.until_true(function() return run:stderr():find "stopping when" end), run:stderr())
    run:kill "sighup"
    local done = run:finish()
    assert.equal(130, done.code)
    assert.matches("stopped on request", done.out)
  end)

  local function with_nohup(arguments, scenario)
    local words = { "-c", NOHUP, "sh", uv.exepath(), "bin/credenco" }
    for _, word in ipairs(arguments) do words[#words + 1] = word end
    return program.start_command("/bin/sh", words, environment(scenario))
  end

  it("does not matter to a command that was called with nohup", function()
    local answer = { act = "answer", status = 503, headers = { ["retry-after"] = "1" }, body = "" }
    local scenario = server:scenario { status = { answer, "proper" } }
    local run = with_nohup({ "status", "id" }, scenario)
    arrived(scenario, "status", run)
    run:kill "sighup"
    assert.equal(0, run:finish().code)
  end)

  it("does not matter to a sandbox that was called with nohup", function()
    local run = with_nohup({ "sandbox", "--json", "--workers", "1" }, server:scenario())
    assert(wait.until_true(function() return run:stdout():find "\n" end), run:stderr())
    run:kill "sighup"
    local port = tonumber(run:stdout():match "127%.0%.0%.1:(%d+)")
    assert.equal(200, (http.request(port, "GET", "/sandbox/ready")))
    run:kill "sigterm"
    assert.equal(0, run:finish().code)
  end)
end)
