-- Functions of a workflow that do what they should not, as a user runs them: each costs its own records, says where,
-- and is shown by `claims check` as well.
local cjson = require "cjson"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local uv = require "luv"
local wait = require "spec.support.wait"

local PLAIN = {
  key = '"id"', wallet_key = '"wallet"', template_id = '"ebw_oid"',
  claims = 'function(r) return { id = r.id, name = r.name, issuing_authority = "C", issuing_country = "NL" } end',
}

local function workflow_text(fields, above)
  local all = { name = '"functions"' }
  for name, value in pairs(PLAIN) do all[name] = value end
  for name, value in pairs(fields) do all[name] = value end
  local parts = {}
  for name, value in pairs(all) do parts[#parts + 1] = ("  %s = %s,\n"):format(name, value) end
  table.sort(parts)
  return (above or "") .. "return {\n" .. table.concat(parts) .. "}\n"
end

describe("a workflow's function", function()
  local desk = Desk.use()
  local credenco = desk.credenco
  before_each(function()
    desk.write("in.csv", ("id,name,wallet\n1,A,%s\n2,B,%s\n"):format(desk.world.trusting, desk.world.trusting))
  end)

  local function write_workflow(...) files.write(desk.folder .. "/w.lua", workflow_text(...)) end

  local function run(...) return credenco("run", desk.folder .. "/w.lua", desk.folder .. "/in.csv", ...) end
  local function check(...) return credenco("claims", "check", desk.folder .. "/w.lua", desk.folder .. "/in.csv", ...) end

  local YIELDS = "it yields; only calls of the client may wait"
  local EXIT = "a workflow must not call os.exit"
  local refused = {
    { "key that yields", { key = "function(r) coroutine.yield() return r.id end" }, YIELDS, "yield" },
    { "claims that yield", { claims = "function(r) coroutine.yield(r) return {} end" }, YIELDS, "yield" },
    { "a rule that yields", { claims = '{ id = "id" }' }, YIELDS, "yield",
      'local claims = require "credenco.claims"\nlocal mapping = claims.map { id = function(r) coroutine.yield() return r.id end }\n' },
    { "accept that yields", { accept = "function() return coroutine.yield() end" }, YIELDS, "yield" },
    { "before_issue that yields", { before_issue = "function() coroutine.yield() end" }, YIELDS, "yield" },
    { "key that ends the program", { key = "function() os.exit(0) end" }, EXIT, EXIT },
    { "claims that end it", { claims = "function() os.exit(true) end" }, EXIT, EXIT },
    { "accept that returns nothing", { accept = "function(r) if r.id == '' then return true end end" },
      "accept returned nothing", "accept returned nothing" },
    { "claims that are a list", { claims = "function(r) return { r.id } end" }, "a list of 1", "a list of 1" },
    { "claims that are an empty list", { claims = 'function() return require "credenco".array() end' },
      "an empty list", "an empty list" },
    { "before_issue that makes a list of them", { before_issue = "function() return { 1 } end" },
      "before_issue returned a list", "before_issue returned a list" },
  }
  for _, case in ipairs(refused) do
    it(("costs its records, in check and run: %s"):format(case[1]), function()
      local fields, above = case[2], case[5]
      if above then fields = { claims = "mapping" } end
      write_workflow(fields, above)
      local checked = check()
      assert.equal(4, checked.code, checked.out .. checked.err)
      if case[4] ~= "yield" then assert.truthy(checked.out:find(case[4], 1, true), checked.out) end
      local done = run("--json")
      assert.equal(4, done.code, done.err)
      assert.same({ 2, 0, 0 }, { cjson.decode(done.out).totals.failed, cjson.decode(done.out).totals.issued,
        cjson.decode(done.out).totals.skipped })
      local report = credenco("report", desk.folder .. "/w.lua", "--csv", desk.folder .. "/p.csv")
      assert.truthy(files.read(desk.folder .. "/p.csv"):find(case[3], 1, true), report.out .. files.read(desk.folder .. "/p.csv"))
    end)
  end

  it("may have coroutines of its own, and wait for the client", function()
    write_workflow({
      key = "function(r) return coroutine.wrap(function() coroutine.yield(r.id) end)() end",
      accept = 'function(_, client) return client:request { path = "/sandbox/wallets" } ~= nil end',
    })
    local done = run()
    assert.equal(0, done.code, done.err .. done.out)
    assert.matches("2 records = 2 issued", done.out)
  end)

  it("that ends the program while it is loaded is a mistake in the workflow, with its line", function()
    write_workflow({}, "-- x\nos.exit(0)\n")
    for _, done in ipairs { run(), check() } do
      assert.equal(2, done.code)
      assert.matches("w%.lua:2: a workflow must not call os%.exit", done.err)
    end
  end)

  it("that gets issued credentials may fail, and the run says so", function()
    for _, body in ipairs { "coroutine.yield()", "os.exit(0)" } do
      write_workflow({ on_issued = ("function() %s end"):format(body), name = ('"%s"'):format(body) })
      local done = run()
      assert.equal(0, done.code, done.err)
      assert.matches("on_issued failed at .*w%.lua", done.err)
      assert.matches("2 records = 2 issued", done.out)
    end
  end)

  it("cannot close the client, which the other records need", function()
    for field, issued in pairs { accept = 0, before_issue = 0, on_issued = 2 } do
      write_workflow({ [field] = "function(...) select(select('#', ...), ...):close() return true end", name = ('"%s"'):format(field) })
      local done = run()
      assert.matches(("2 records = %d issued %%+ %d failed"):format(issued, 2 - issued), done.out)
      local told = issued > 0 and done.err or credenco("report", desk.folder .. "/w.lua").out
      assert.matches("w%.lua:%d+: a workflow must not close the client", told)
    end
  end)

  it("gets other random numbers in each process", function()
    write_workflow({ key = 'function(r) io.stderr:write("drawn ", math.random(1, 2 ^ 30), "\\n") return r.id end' })
    local first, second = run().err:match "drawn %d+", run().err:match "drawn %d+"
    assert.is_string(first)
    assert.is_string(second)
    assert.not_equal(first, second)
  end)

  it("prints beside the results, not into them", function()
    write_workflow({ accept = 'function(r) print("seen", r.id) io.write("written\\n") io.stdout:write("direct\\n") return true end' }, 'print "loaded"\n')
    for _, done in ipairs { check "--json", run "--json" } do
      assert.equal(0, done.code, done.err)
      assert.is_true(pcall(cjson.decode, done.out), done.out)
      assert.matches("loaded", done.err)
      assert.matches("seen\t1", done.err)
      assert.matches("written\ndirect\n", done.err)
    end
  end)

  -- The program reads a pipe in chunks, so a pipe of more than one has lines that nobody has read yet.
  local THIEVES = {
    ["itself"] = 'io.read("*a")', ["in io.stdin"] = 'io.stdin:read("*a")', ["with os.execute"] = 'os.execute "cat >/dev/null"',
    ["with io.popen"] = 'local pipe = io.popen "cat" pipe:read("*a") pipe:close()',
    ["with a pipe to read"] = 'local pipe = io.popen("cat", "r") pipe:read("*a") pipe:close()',
  }
  -- `place` is that of the source; standard input is a pipe, as in a shell.
  local function loses_nothing(theft, place)
    local lines = {}
    for i = 1, 20000 do lines[i] = ("%d,Name %d,w\n"):format(i, i) end
    write_workflow { accept = ('function() if not stolen then stolen = true %s end return false, "no" end'):format(theft) }
    local done = program.run_command("/bin/sh", { "-c", 'cat | "$0" bin/credenco run "$1" "$2" --json --new-journal',
      uv.exepath(), desk.folder .. "/w.lua", place }, desk.env, "id,name,wallet\n" .. table.concat(lines))
    assert.equal(0, done.code, done.err)
    assert.equal(20000, cjson.decode(done.out).totals.skipped)
  end

  for how, theft in pairs(THIEVES) do
    it("cannot take lines from standard input " .. how, function() loses_nothing(theft, "-") end)
  end

  for _, place in ipairs { "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0" } do
    it("cannot take lines from standard input if it is named " .. place, function()
      loses_nothing(THIEVES["in io.stdin"], place)
    end)
  end

  it("may write to a program that it starts", function()
    local path = desk.folder .. "/written"
    write_workflow { accept = ('function() local p = io.popen("cat >%s", "w") p:write "seen" p:close() return false end'):format(path) }
    local done = program.run({ "run", desk.folder .. "/w.lua", "-" }, desk.env, "id,name,wallet\n1,A,w\n")
    assert.equal(0, done.code, done.err)
    assert.equal("seen", files.read(path))
  end)

  describe("that does not end", function()
    local function start()
      write_workflow({ key = 'function() io.stderr:write "turning\\n" while true do end end' })
      local started = program.start({ "run", desk.folder .. "/w.lua", desk.folder .. "/in.csv" }, desk.env)
      assert.is_true(wait.until_true(function() return started:stderr():find "turning" ~= nil end))
      return started
    end

    for _, signals in ipairs { { "sigint", "sigint" }, { "sigterm", "sigterm" }, { "sigint", "sigterm" } } do
      it(("is ended by %s and %s"):format(signals[1], signals[2]), function()
        local started = start()
        started:kill(signals[1])
        wait.until_true(function() -- a signal that is still pending swallows another one of its kind
          started:kill(signals[2])
          return started.code
        end)
        local done = started:finish()
        assert.equal(130, done.code)
        assert.matches("stopped at once; continue with: credenco run", done.err)
      end)
    end
  end)

  it("is found in a module beside its workflow's file, from any directory", function()
    files.write(desk.folder .. "/spec_beside.lua", "return { key = function(r) return r.id end }")
    write_workflow({ key = 'function(r) return require "spec_beside".key(r) end' }, 'local beside = require "spec_beside"\n_ = beside\n')
    local done = run()
    assert.equal(0, done.code, done.err)
    assert.matches("2 records = 2 issued", done.out)
  end)

  for name, front in pairs { ["a byte-order mark"] = "\239\187\191", ["a line for the shell"] = "#!/usr/bin/env lua\n",
    both = "\239\187\191#!/usr/bin/lua\n" } do
    it("is read from a file that begins with " .. name, function()
      files.write(desk.folder .. "/w.lua", front .. workflow_text({}))
      assert.equal(0, check().code)
      files.write(desk.folder .. "/w.lua", front .. "local x = nil\nreturn x.y\n")
      assert.matches(front:find "#" and "w%.lua:3: " or "w%.lua:2: ", check().err)
    end)
  end
end)
