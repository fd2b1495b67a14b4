-- Every command under SIGINT, SIGTERM and SIGHUP at five moments, for people and for programs: before its first request, while it
-- waits for an answer, while it waits to try again, while it writes its result, and when it has. It ends with 130, or
-- with 5 where a delivery is in doubt, and says so; it never crashes. How an interrupted request is told: see
-- interrupted_spec.
local cjson = require "cjson"
local commands = require "credenco.cli.commands"
local files = require "spec.support.files"
local Misbehaving = require "spec.support.misbehaving"
local program = require "spec.cli.program"
local uv = require "luv"
local wait = require "spec.support.wait"

local unpack = table.unpack or unpack -- luacheck: ignore
-- What the program says if nothing has come of the signal after 30 s (src/lua/signals.c).
local UNHEARD = { "requests in flight may have been done", "stopped at once" }
local VARIANTS = { { "sigint" }, { "sigterm" }, { "sighup" },
  { "sigint", "--json" }, { "sigterm", "--json" }, { "sighup", "--json" } }
local WORKFLOW = "spec/pipeline/company.lua"
local OFFER = "http://127.0.0.1/offer"
local O_RDWR, O_NONBLOCK = 2, 2048 -- Linux

describe("a signal", function()
  local server, folder, journal, silent, silent_port, connected

  local function command(...)
    local done = program.run({ ... }, { CREDENCO_JOURNAL = journal })
    assert.same({ 0, "" }, { done.code, done.err:match "rror.*" or "" })
  end

  -- A database server that takes connections and says nothing.
  local function start_silent()
    silent, connected = uv.new_tcp(), {}
    assert(silent:bind("127.0.0.1", 0))
    assert(silent:listen(64, function()
      local connection = uv.new_tcp()
      assert(silent:accept(connection))
      connected[#connected + 1] = connection
    end))
    silent_port = silent:getsockname().port
  end

  setup(function()
    server = Misbehaving.start()
    folder = files.temporary_folder()
    journal = folder .. "/j.journal"
    files.write(folder .. "/in.csv", "coc_number,wallet,legal_name\n12345678,w,A\n123,w,Short\n")
    command("load", WORKFLOW, folder .. "/in.csv")
    files.write(folder .. "/claims.json", "{}")
    start_silent()
  end)
  teardown(function()
    server:stop()
    for _, connection in ipairs(connected) do wait.close(connection) end
    wait.close(silent)
    files.remove_folder(folder)
  end)

  local next_name = 0
  local function pipe()
    next_name = next_name + 1
    local path = folder .. "/pipe" .. next_name
    assert.equal(0, program.run_command("/usr/bin/mkfifo", { path }).code)
    return path
  end

  local function start(words, variant, env, through)
    local all = {}
    for _, word in ipairs(words) do all[#all + 1] = word end
    all[#all + 1] = variant[2]
    local environment = { CREDENCO_API_KEY = "k", CREDENCO_BASE_URL = "http://127.0.0.1:1", CREDENCO_JOURNAL = journal,
      CREDENCO_WEBHOOK_SECRET = "s" }
    for name, value in pairs(env or {}) do environment[name] = value end
    return (through or program.start)(all, environment)
  end

  local function check(case, variant, run, code, unsaid)
    local done = run:finish()
    local said = ("%s, %s: %d: %s%s"):format(case, table.concat(variant, " "), done.code, done.out, done.err)
    for _, words in ipairs { "traceback", unpack(unsaid or {}) } do
      assert.is_nil((done.out .. done.err):find(words, 1, true), said)
    end
    assert.equal(code, done.code, said)
    if variant[2] and done.out == "" then
      local last = done.err:match "([^\n]*)\n$"
      assert.equal("interrupted", cjson.decode(last).error.code, said)
    elseif done.out == "" then
      assert.truthy(done.err:find "interrupted" or done.err:find "stopped", said)
    end
  end

  local ISSUE = { "issue", "--wallet", "w", "--template", "t", "--claims-json" }
  local PROBE = { "probe", "--wallet", "w", "--template", "t", "--claims-json" }
  local TRUST = { "trust", "--wallet", "w", "--did", "did:web:a", "--name", "n" }
  local function with(words, ...)
    local all = { unpack(words) }
    for _, word in ipairs { ... } do all[#all + 1] = word end
    return all
  end

  -- 1. What each command reads first, from a pipe that nobody writes to.
  local BEFORE = {
    issue = function(path) return with(ISSUE, path) end,
    offer = function(path) return { "offer", "--template", "t", "--claims-json", path } end,
    push = function(path) return { "push", "--wallet", "w", "--from", path } end,
    status = function(path) return { "status", "id", "--api-key-file", path } end,
    trust = function(path) return with(TRUST, "--api-key-file", path) end,
    ["offer-uri"] = function(path) return { "offer-uri", "--from", path } end,
    run = function(path) return { "run", path, folder .. "/in.csv" } end,
    load = function(path) return { "load", path, folder .. "/in.csv" } end,
    work = function(path) return { "work", path } end,
    report = function(path) return { "report", path } end,
    retry = function(path) return { "retry", path } end,
    settle = function(path) return { "settle", path, "--code", "x", "--as", "failed" } end,
    rejects = function(path) return { "rejects", path, "--output", path .. ".csv" } end,
    confirm = function(path) return { "confirm", path } end,
    claims = function(path) return { "claims", "check", path, folder .. "/in.csv" } end,
    probe = function(path) return with(PROBE, path) end,
    doctor = function(path) return { "doctor", "--api-key-file", path } end,
    webhook = function(path) return { "webhook", "send", "http://127.0.0.1:1/", "--secret-file", path } end,
  }

  -- Starts all variants of a case at once, brings each to its moment, and then interrupts it.
  local function interrupt_all(case, begin, code, unsaid)
    local begun = {}
    for i, variant in ipairs(VARIANTS) do begun[i] = { variant, begin(variant) } end
    for _, one in ipairs(begun) do
      local variant, run, arrived = one[1], one[2], one[3]
      assert(wait.until_true(arrived), case .. ": " .. run:stderr())
      run:kill(variant[1])
    end
    for _, one in ipairs(begun) do
      local variant, run, after = one[1], one[2], one[4]
      check(case, variant, run, code, unsaid)
      if after then after() end
    end
  end

  for name, words_of in pairs(BEFORE) do
    it("ends it before its first request: " .. name, function()
      interrupt_all(name, function(variant)
        local path = pipe()
        local run = start(words_of(path), variant)
        local writer
        return run, function()
          writer = uv.fs_open(path, 1 + O_NONBLOCK, 0) -- fails until somebody reads
          return writer ~= nil
        end, function() uv.fs_close(writer) end
      end, 130)
    end)
  end

  -- 2. The step at which the server hangs; else the journal's database does.
  local WAITS = {
    issue = { function() return with(ISSUE, folder .. "/claims.json") end, "create", 130 },
    ["issue, delivering"] = { function() return with(ISSUE, folder .. "/claims.json") end, "push", 5 },
    offer = { function() return { "offer", "--template", "t" } end, "create", 130 },
    push = { function() return { "push", "--wallet", "w" } end, "push", 5, OFFER },
    status = { function() return { "status", "id" } end, "status", 130 },
    trust = { function() return TRUST end, "trust", 5 },
    probe = { function() return with(PROBE, folder .. "/claims.json") end, "create", 130 },
    doctor = { function() return { "doctor" } end, "status", 130 },
    webhook = { function() return { "webhook", "send" } end, "other", 130 },
    run = { function() return { "run", WORKFLOW, folder .. "/in.csv" } end },
    load = { function() return { "load", WORKFLOW, folder .. "/in.csv" } end },
    work = { function() return { "work", WORKFLOW } end },
    report = { function() return { "report" } end },
    retry = { function() return { "retry" } end },
    settle = { function() return { "settle", "--code", "x", "--as", "failed" } end },
    rejects = { function() return { "rejects", "--output", folder .. "/r.csv" } end },
    confirm = { function() return { "confirm" } end },
    explain = { function() return { "explain", "12345678", "--offline" } end },
    metrics = { function() return { "metrics" } end },
  }

  for name, row in pairs(WAITS) do
    local step = row[2]
    it("ends it while it waits for a response: " .. name, function()
      local before = #connected
      interrupt_all(name, function(variant)
        local scenario = step and server:scenario { [step] = { "hang" } }
        local env = step and { CREDENCO_BASE_URL = scenario.url }
          or { CREDENCO_JOURNAL = ("postgres://u@127.0.0.1:%d/db"):format(silent_port) }
        local words = row[1]()
        if name == "webhook" then words = with(words, scenario.url .. "/hook") end
        local run = start(words, variant, env)
        run:finish_input(row[4])
        return run, function()
          if step then return #scenario.requests(step) > 0 end
          return #connected >= before + #VARIANTS
        end
      end, row[3] or 130, step and UNHEARD)
    end)
  end

  -- 3. The step that is to be repeated later.
  local function busy(status)
    return { { act = "answer", status = status or 503, headers = { ["retry-after"] = "20" } } }
  end
  for _, name in ipairs { "issue", "offer", "push", "status", "trust" } do -- who probes sees each answer
    local row = WAITS[name]
    it("ends it while it waits to try again: " .. name, function()
      interrupt_all(name, function(variant)
        local scenario = server:scenario { [row[2]] = busy() }
        local run = start(with(row[1](), "--verbose"), variant, { CREDENCO_BASE_URL = scenario.url })
        run:finish_input(row[4])
        return run, function() return run:stderr():find "waits?" and run:stderr():find "wait" ~= nil end
      end, row[3], UNHEARD)
    end)
  end

  local function copy_of_journal()
    local path = pipe() .. ".journal"
    files.write(path, files.read(journal))
    return path
  end

  it("ends a run that waits for its next attempt, and one that asks for statuses", function()
    for _, words in ipairs { { "run", WORKFLOW, "--new-journal" }, { "work", WORKFLOW, "--new-journal" } } do
      interrupt_all(words[1], function(variant)
        local scenario = server:scenario { create = busy(429), status = busy(429) } -- for which all of a run pauses
        local run = start(words, variant, { CREDENCO_BASE_URL = scenario.url, CREDENCO_JOURNAL = copy_of_journal() })
        return run, function() return #scenario.requests() > 0 end
      end, 130, UNHEARD)
    end
  end)

  -- 4. Standard output is a pipe that is full.
  local function through_full_pipe(words, env)
    local path = pipe()
    local held = assert(uv.fs_open(path, O_RDWR + O_NONBLOCK, 0))
    while uv.fs_write(held, ("x"):rep(4096), -1) do end -- luacheck: ignore
    local quoted = {}
    for i, word in ipairs(words) do quoted[i] = "'" .. word .. "'" end
    local run = program.start_command("/bin/sh", { "-c", ("exec %s bin/credenco %s >%s"):format(
      uv.exepath(), table.concat(quoted, " "), path) }, env)
    run.held = held
    return run
  end

  local function writes_to_stdout(run)
    return function()
      local file = io.open(("/proc/%d/syscall"):format(run.pid))
      local call = file and file:read "*l" or ""
      if file then file:close() end
      return call:find "^%d+ 0x1 " ~= nil
    end
  end

  local WRITES = {
    version = { function() return { "version" } end },
    completion = { function() return { "completion", "bash" } end },
    config = { function() return { "config" } end },
    ["the help"] = { function() return { "issue", "--help" } end },
    issue = { WAITS.issue[1] }, offer = WAITS.offer, push = WAITS.push, status = { WAITS.status[1] },
    trust = WAITS.trust,
    ["offer-uri"] = { function()
      return { "offer-uri" }
    end, nil, nil, "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example%2Fo" },
    run = { function() return { "run", WORKFLOW, folder .. "/in.csv", "--dry-run" } end },
    load = WAITS.load, report = WAITS.report, retry = WAITS.retry,
    settle = { function() return { "settle", "--code", "x", "--as", "failed" } end },
    rejects = { function() return { "rejects", "--keep", "--output", pipe() .. ".csv" } end },
    confirm = WAITS.confirm, explain = WAITS.explain, metrics = WAITS.metrics,
    claims = { function() return { "claims", "check", WORKFLOW, folder .. "/in.csv" } end },
  }

  for name, row in pairs(WRITES) do
    it("ends it while it writes its result: " .. name, function()
      interrupt_all(name, function(variant)
        local scenario = server:scenario()
        local run = start(row[1](), variant, { CREDENCO_BASE_URL = scenario.url }, through_full_pipe)
        run:finish_input(row[4])
        return run, writes_to_stdout(run), function() uv.fs_close(run.held) end
      end, 130)
    end)
  end

  -- 5. It may have ended already.
  for name, row in pairs(WRITES) do
    it("does no harm at its end: " .. name, function()
      local runs = {}
      for i, variant in ipairs(VARIANTS) do
        runs[i] = start(row[1](), variant, { CREDENCO_BASE_URL = server:scenario().url })
        runs[i]:finish_input(row[4])
      end
      for i, run in ipairs(runs) do
        assert(wait.until_true(function() return run:stdout() ~= "" end), name .. ": " .. run:stderr())
        run:kill(VARIANTS[i][1])
        local done = run:finish()
        assert.is_nil((done.out .. done.err):find("traceback", 1, true), done.err)
        assert.truthy(done.code <= 9 or done.code == 130, ("%s: %d: %s"):format(name, done.code, done.err))
      end
    end)
  end

  it("is tried on every command", function()
    local elsewhere = { sandbox = "sandbox_spec" }
    for _, name in ipairs(commands.NAMES) do
      assert.truthy(BEFORE[name] or WAITS[name] or WRITES[name] or elsewhere[name], name)
    end
  end)
end)
