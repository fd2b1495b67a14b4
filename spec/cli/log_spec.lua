-- `--log FILE`: what the client does, line by line.
local cjson = require "cjson"
local clock = require "credenco.cli.event_time"
local core = require "credenco.core"
local files = require "spec.support.files"
local Misbehaving = require "spec.support.misbehaving"
local program = require "spec.cli.program"
local uv = require "luv"

local KEY = "key-top-secret"

describe("the log of a command", function()
  local server = Misbehaving.use()
  local folder

  before_each(function() folder = files.temporary_folder() end)
  after_each(function() files.remove_folder(folder) end)

  local function issue(script, id)
    local env = { CREDENCO_BASE_URL = server:scenario(script).url, CREDENCO_API_KEY = KEY }
    return program.run({ "issue", "--wallet", "w", "--template", "t", "--claim", "a=claim-top-secret",
      "--correlation-id", id or "order-1", "--log", folder .. "/log" }, env)
  end

  local function logged()
    local lines = {}
    for line in (files.read(folder .. "/log") or ""):gmatch "([^\n]*)\n" do lines[#lines + 1] = cjson.decode(line) end
    return lines
  end

  local function said(lines)
    local words = {}
    for i, line in ipairs(lines) do
      local status = line.http_status and ("%d"):format(line.http_status)
      words[i] = ("%s %s %s"):format(line.event, line.step, tostring(status or line.code))
    end
    return words
  end

  -- A wait is a random time, which may be none.
  local function without_waits(lines)
    local others = {}
    for _, line in ipairs(lines) do
      if line.event ~= "wait" then others[#others + 1] = line end
    end
    return others
  end

  it("has every request, response and loss, and no secret", function()
    assert.equal(0, issue({ push = { "close", "proper" } }).code)
    local lines = logged()
    assert.same({ "request create_offer nil", "response create_offer 201", "request push_offer nil",
      "lost push_offer connect_failed", "request push_offer nil", "response push_offer 201" }, said(without_waits(lines)))
    for _, line in ipairs(lines) do
      assert.equal("order-1", line.correlation_id)
      assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$", line.time)
    end
    assert.same({ true, "unknown" }, { lines[2].ok, lines[4].sent })
    assert.is_true(lines[2].elapsed_ms >= 0)
    assert.is_nil(files.read(folder .. "/log"):find("top-secret", 1, true))
    assert.is_nil(files.read(folder .. "/log"):find("offer_uri", 1, true))
  end)

  it("has the waits", function()
    issue { push = { "close", "close", "proper" } }
    local waited = false
    for _, line in ipairs(logged()) do
      waited = waited or line.event == "wait" and line.step == "push_offer" and line.wait_ms > 0
    end
    assert.is_true(waited)
  end)

  it("is continued, and readable by its owner alone", function()
    local odd = 'a"b\\c\195\169'
    issue({ push = { { act = "answer", status = 403, body = "" } } }, odd)
    issue({}, "order-2")
    local lines = logged()
    assert.same({ "failed push_offer forbidden", "request create_offer nil" }, { said(lines)[5], said(lines)[6] })
    assert.equal(odd, lines[1].correlation_id)
    assert.equal("order-2", lines[6].correlation_id)
    assert.equal(384, uv.fs_stat(folder .. "/log").mode % 512)
  end)

  it("is refused before anything is sent if it cannot be written", function()
    local env = { CREDENCO_BASE_URL = server:scenario().url, CREDENCO_API_KEY = KEY }
    local done = program.run({ "status", "1", "--log", folder .. "/no/log" }, env)
    assert.equal(2, done.code)
    assert.matches("%-%-log: cannot write .-No such file", done.err)
  end)

  it("says once that the disk is full, and the command continues", function()
    local env = { CREDENCO_BASE_URL = server:scenario().url, CREDENCO_API_KEY = KEY }
    local done = program.run({ "status", "1", "--log", "/dev/full" }, env)
    assert.equal(0, done.code)
    local _, count = done.err:gsub("%-%-log: cannot write /dev/full", "")
    assert.equal(1, count)
  end)

  it("has the time of day of the moment", function()
    local second, fraction = clock.at(core.now_ms()):match "^(.*)(%..*)$"
    local later = os.date("!%Y-%m-%dT%H:%M:%S", math.floor(core.unix_ms() / 1000))
    assert.is_true(second <= later and #second == #later)
    assert.matches("^%.%d%d%dZ$", fraction)
  end)
end)
