-- A journal's file that is taken away, replaced or given another name while a run is at work on it.
local bench_of_one = require "spec.pipeline.bench_of_one"
local files = require "spec.support.files"
local journal = require "credenco.journal"
local uv = require "luv"

describe("a journal's file", function()
  local bench
  before_each(function() bench = bench_of_one.new() end)
  after_each(function() bench:close() end)

  local function copy(from, to) files.write(to, files.read(from)) end

  local CHANGES = {
    removed = { function(path) os.remove(path) end, "no longer exists" },
    ["moved away"] = { function(path) os.rename(path, path .. ".moved") end, "no longer exists" },
    ["replaced by a copy"] = { function(path)
      copy(path, path .. ".copy")
      os.rename(path .. ".copy", path)
    end, "is no longer the file" },
    ["without its write-ahead log"] = { function(path) os.remove(path .. "-wal") end, "has lost its write%-ahead log" },
    emptied = { function(path) assert(io.open(path, "w")):close() end, "was truncated" },
    ["cut short"] = { function(path)
      local half = files.read(path):sub(1, math.floor(uv.fs_stat(path).size / 2))
      local file = assert(io.open(path, "wb"))
      file:write(half)
      file:close()
    end, "was truncated" },
    ["given another name"] = { function(path) uv.fs_link(path, path .. ".link") end, "has 2 names" },
  }

  for name, case in pairs(CHANGES) do
    local function during(at)
      bench.script.push_offer = { [at] = function(args, good)
        case[1](bench.journal)
        return good(args)
      end }
      return assert(bench:run(bench_of_one.records(1000), { concurrency = 4 }))
    end

    it("that is " .. name .. " ends the run, which says so", function()
      local result = during(5)
      assert.equal("journal", result.stopped)
      assert.matches(case[2], result.err.message)
      assert.truthy(#bench.calls.push_offer < 1000)
    end)

    it("that is " .. name .. " is noticed at the last record, too", function()
      local result = during(1000)
      assert.equal("journal", result.stopped)
      assert.matches(case[2], result.err.message)
    end)
  end

  it("with two names is refused under either, before anything is sent", function()
    assert(bench:run(bench_of_one.records(1)))
    local first, second = bench.journal, bench.folder .. "/other.journal"
    assert(uv.fs_link(first, second))
    for _, path in ipairs { first, second } do
      local held, err = journal.open(path, { alone = true })
      assert.is_nil(held)
      assert.matches("has 2 names %(hard links%)", err)
      assert.is_nil(uv.fs_stat(path .. ".lock") and path == second or nil)
    end
    os.remove(second)
    assert(journal.open(first, { alone = true })):close()
  end)

  it("has one lock under every name, also before it is there", function()
    local link = bench.folder .. "/link.journal"
    assert(uv.fs_symlink(bench.journal, link))
    local held = assert(journal.open(link, { alone = true }))
    local other, err = journal.open(bench.journal, { alone = true })
    assert.is_nil(other)
    assert.matches("another run is at work", err)
    held:close()
  end)

  it("has the name that was given, also where that looks like a URI", function()
    local before = uv.cwd()
    finally(function() uv.chdir(before) end)
    uv.chdir(bench.folder)
    assert(journal.open("file:my.journal", { alone = true })):close()
    assert.truthy(uv.fs_stat(bench.folder .. "/file:my.journal").size > 0)
    assert.is_nil(uv.fs_stat(bench.folder .. "/my.journal"))
  end)

  it("may be reached through a symbolic link", function()
    assert(bench:run(bench_of_one.records(1)))
    local link = bench.folder .. "/link.journal"
    assert(uv.fs_symlink(bench.journal, link))
    bench.journal = link
    assert.equal(1, assert(bench:run(bench_of_one.records(1))).totals.issued)
  end)
end)
