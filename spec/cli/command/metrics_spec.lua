-- `run --metrics FILE` and `credenco metrics`.
local cjson = require "cjson"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local promtool = require "spec.metrics.promtool"
local samples = require "spec.metrics.samples"
local uv = require "luv"

local WORKFLOW = Desk.WORKFLOW

describe("metrics of a run", function()
  local desk = Desk.use()
  local credenco, csv, lines, mixed = desk.credenco, desk.csv, desk.lines, desk.mixed

  local function records(read, name, state)
    return read[('%s{file="run.prom",state="%s",workflow="companies"}'):format(name, state)]
  end

  it("are in a file when it has ended, with the journal's records", function()
    local path = desk.folder .. "/run.prom"
    assert.equal(4, credenco("run", WORKFLOW, mixed(), "--metrics", path, "--attempts", "1").code)
    local text = files.read(path)
    local read = samples.read(text)
    assert.equal(1, records(read, "credenco_run_records_total", "issued"))
    assert.equal(3, records(read, "credenco_run_records_total", "failed"))
    assert.same({ 1, 3, 0, 1, 0 }, {
      records(read, "credenco_records", "issued"), records(read, "credenco_records", "failed"),
      records(read, "credenco_records", "unknown"), records(read, "credenco_records", "skipped"),
      records(read, "credenco_records", "pending") })
    assert.equal(4, read['credenco_run_exit_code{file="run.prom",workflow="companies"}'])
    assert.is_true(math.abs(os.time() - read['credenco_run_end_timestamp_seconds{file="run.prom",workflow="companies"}']) < 600)
    assert.equal(2, samples.sum(read, "credenco_calls_total", { step = "create_offer", code = "ok" }))
    assert.equal(1, samples.sum(read, "credenco_calls_total", { step = "push_offer", code = "ok" }))
    if promtool.is_there() then assert.equal("", promtool.check(text)) end
  end)

  it("replace those of the last run, are readable for everybody, and leave no other file", function()
    local path = desk.folder .. "/run.prom"
    assert.equal(0, credenco("run", WORKFLOW, csv(lines(1)), "--metrics", path).code)
    uv.fs_symlink(path, desk.folder .. "/link.prom")
    assert.equal(0, credenco("run", WORKFLOW, csv(lines(1)), "--metrics", desk.folder .. "/link.prom").code)
    assert.equal(1, samples.sum(samples.read(files.read(path)), "credenco_records", { file = "link.prom", state = "issued" }))
    assert.equal("link", uv.fs_lstat(desk.folder .. "/link.prom").type)
    assert.equal(4, uv.fs_stat(path).mode % 8)
    for name in uv.fs_scandir_next, uv.fs_scandir(desk.folder) do assert.is_nil(name:find "%.new$", name) end
  end)

  it("refuse a file that cannot be written before anything is sent", function()
    local done = credenco("run", WORKFLOW, csv(lines(1)), "--metrics", desk.folder .. "/no/run.prom")
    assert.equal(2, done.code)
    assert.matches("%-%-metrics: cannot write .-No such file", done.err)
    assert.is_nil(files.read(desk.folder .. "/j.journal"))
    assert.equal(2, credenco("run", WORKFLOW, csv(lines(1)), "--metrics", desk.folder .. "/j.journal").code)
  end)

  it("have no series that the file of another run, or the journal's metrics, have, too", function()
    local one, other = desk.folder .. "/run.prom", desk.folder .. '/an "odd" name.prom'
    for _, path in ipairs { one, other } do
      assert.equal(0, credenco("run", WORKFLOW, csv(lines(1)), "--metrics", path).code)
    end
    local seen = samples.read(credenco("metrics").out)
    for _, path in ipairs { one, other } do
      for series in pairs(samples.read(files.read(path))) do
        assert.is_nil(seen[series], series)
        seen[series] = true
      end
    end
    if promtool.is_there() then assert.equal("", promtool.check(files.read(other))) end
  end)

  it("are printed from a journal", function()
    credenco("run", WORKFLOW, mixed(), "--attempts", "1")
    local done = credenco "metrics"
    assert.equal(0, done.code)
    local read = samples.read(done.out)
    assert.same({
      ['credenco_records{state="issued",workflow="companies"}'] = 1,
      ['credenco_records{state="failed",workflow="companies"}'] = 3,
      ['credenco_records{state="unknown",workflow="companies"}'] = 0,
      ['credenco_records{state="skipped",workflow="companies"}'] = 1,
      ['credenco_records{state="pending",workflow="companies"}'] = 0,
    }, read)
    if promtool.is_there() then assert.equal("", promtool.check(done.out)) end
    assert.equal(1, cjson.decode(credenco("metrics", "--json").out).workflows.companies.issued)
    assert.equal(9, credenco("metrics", "--journal", desk.folder .. "/none.journal").code)
  end)
end)
