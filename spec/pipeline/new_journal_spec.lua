-- One record, one credential, whichever journal a run is given: as a user meets it at the command line.
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local uv = require "luv"

describe("a run with a new journal, for records that were issued", function()
  local desk = Desk.use()
  local wallet, workflow, source

  -- The program as it is typed in a folder; the desk's own way would give --new-journal for it.
  local function credenco_in(folder, ...)
    return program.run_command("/bin/sh", { "-c", 'cd "$0" && exec "$@"', folder, uv.exepath(),
      uv.cwd() .. "/bin/credenco", ... }, desk.env)
  end
  local function run(...) return credenco_in(desk.folder, "run", workflow, source, ...) end

  before_each(function()
    wallet = desk.world:new_wallet()
    desk.env.CREDENCO_JOURNAL = nil
    workflow = desk.write("w.lua", (files.read(Desk.WORKFLOW):gsub('"companies"', ('"%s"'):format(wallet))))
    source = desk.csv { desk.line(1, wallet), desk.line(2, wallet) }
    local first = run()
    assert.equal(0, first.code, first.err)
    assert.truthy(first.err:find("a new journal begins: " .. desk.folder .. "/w.journal", 1, true), first.err)
  end)

  local function credentials() return #desk.world:wallet(wallet).credentials end

  local function assert_refused(done, other)
    assert.equal(9, done.code, done.out .. done.err)
    assert.matches("the issuer already knows 2 of the first 2 records", done.out .. done.err)
    assert.matches("%-%-new%-journal", done.out .. done.err)
    if other then assert.truthy((done.out .. done.err):find(other, 1, true), done.out .. done.err) end
    assert.equal(2, credentials())
  end

  it("issues nothing once its journal was deleted, however often it is tried", function()
    assert(os.remove(desk.folder .. "/w.journal"))
    assert_refused(run())
    assert_refused(run())
  end)

  it("issues again if the user says so", function()
    assert(os.remove(desk.folder .. "/w.journal"))
    local done = run "--new-journal"
    assert.equal(0, done.code, done.err)
    assert.equal(4, credentials())
  end)

  it("takes the journal beside the workflow, from any current directory", function()
    assert(uv.fs_mkdir(desk.folder .. "/elsewhere", 448))
    local done = credenco_in(desk.folder .. "/elsewhere", "run", "../w.lua", source)
    assert.equal(0, done.code, done.err)
    assert.is_nil(done.err:find("new journal", 1, true))
    assert.equal(2, credentials())
  end)

  it("names the journal of the same name in a directory above, which continues", function()
    assert(uv.fs_mkdir(desk.folder .. "/copy", 448))
    desk.write("copy/w.lua", files.read(workflow))
    local own = desk.folder .. "/w.journal"
    assert_refused(credenco_in(desk.folder .. "/copy", "run", "w.lua", source), "It is probably " .. own)
    local done = credenco_in(desk.folder .. "/copy", "run", "w.lua", source, "--journal", own)
    assert.equal(0, done.code, done.err)
    assert.equal(2, credentials())
  end)

  it("names the journal in the environment, if another one is given", function()
    assert(os.rename(desk.folder .. "/w.journal", desk.folder .. "/kept.journal"))
    desk.env.CREDENCO_JOURNAL = desk.folder .. "/kept.journal"
    assert_refused(run("--journal", desk.folder .. "/x.journal"), "It is probably " .. desk.env.CREDENCO_JOURNAL)
    assert.equal(0, run().code)
    assert.equal(2, credentials())
  end)

  it("refuses a worker in the same way, and keeps the loaded records", function()
    local new = desk.folder .. "/queue.journal"
    assert.equal(0, credenco_in(desk.folder, "load", workflow, source, "--journal", new).code)
    assert_refused(credenco_in(desk.folder, "work", workflow, "--journal", new))
    assert.matches("2 pending", credenco_in(desk.folder, "report", workflow, "--journal", new).out)
  end)
end)
