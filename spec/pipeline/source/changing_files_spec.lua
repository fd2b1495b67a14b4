-- Files that others change, move or cut while they are read: no line is half of one edition and half of the next, and
-- what was not read to its end says so.
local Bench = require "spec.pipeline.bench_of_one"
local files = require "spec.support.files"
local source = require "credenco.pipeline.source"
local uv = require "luv"

local LINES = 1500
local MOMENTS = 50
local HEADER = "id,wallet,name\n"

local function line(i, edition) return ("%05d,w,%s\n"):format(i, (edition .. i .. " "):rep(25)) end

local function text_of(first, last, edition)
  local parts = {}
  for i = first, last do parts[#parts + 1] = line(i, edition) end
  return table.concat(parts)
end

local OLD = HEADER .. text_of(1, LINES, "old")

-- Writes into the file that is there, as `cp` does.
local function write_into(path, mode, text, at)
  local file = assert(io.open(path, mode))
  if at then file:seek("set", at) end
  file:write(text)
  file:close()
end

local CHANGES = {
  { "overwritten with as much", function(path) write_into(path, "r+b", HEADER .. text_of(1, LINES, "new")) end, "changed" },
  { "overwritten with more", function(path) write_into(path, "wb", HEADER .. text_of(1, LINES + 100, "newer")) end, "changed" },
  { "overwritten with less", function(path) write_into(path, "wb", HEADER .. text_of(1, LINES - 100, "new")) end, "changed" },
  { "overwritten with a little", function(path) write_into(path, "wb", HEADER .. text_of(1, 10, "new")) end, "cut short" },
  { "cut in the middle of a line", function(path) write_into(path, "wb", OLD:sub(1, math.random(100, 1000))) end, "cut short" },
  { "emptied", function(path) write_into(path, "wb", "") end, "cut short" },
  { "appended to", function(path) write_into(path, "ab", text_of(LINES + 1, LINES + 20, "old")) end, nil, 20 },
  { "appended to with half a line", function(path) write_into(path, "ab", "99999,w,ha") end, "is being written to" },
  { "moved", function(path) os.rename(path, path .. ".moved") end },
  { "replaced", function(path) files.write(path, HEADER .. text_of(1, LINES, "new")) end },
  { "removed", function(path) os.remove(path) end },
  { "made readable for others", function(path) uv.fs_chmod(path, 420) end },
}

describe("a file that is read", function()
  local folder, path
  before_each(function()
    folder = files.temporary_folder()
    path = folder .. "/in.csv"
  end)
  after_each(function() files.remove_folder(folder) end)

  local function fresh_file()
    files.write(path, OLD)
    if math.random() < 0.5 then uv.fs_utime(path, 1e9, 1e9) end -- as most files are: changed long ago
  end

  -- Reads, with the change behind so many lines.
  local function read(change, moment)
    local opened = assert(source.open(path))
    local count = 0
    while true do
      local item, err = opened:next()
      if not item then
        opened:close()
        return count, err
      end
      count = count + 1
      assert.is_nil(item.broken)
      local whole = item.raw == line(item.line - 1, "old") or item.raw == line(item.line - 1, "new")
        or item.raw == line(item.line - 1, "newer")
      assert.is_true(whole, ("line %d is of two editions: %s"):format(item.line, item.raw))
      if count == moment then change(path) end
    end
  end

  for _, case in ipairs(CHANGES) do
    it(("and %s meanwhile, at any moment"):format(case[1]), function()
      math.randomseed(12)
      for _ = 1, math.ceil(MOMENTS / #CHANGES) + 5 do
        fresh_file()
        -- the last chunk is in memory already behind this
        local moment = math.random(1, LINES - 700)
        local count, err = read(case[2], moment)
        if case[3] then
          assert.truthy(err and (err:find(case[3], 1, true) or err:find("it was c", 1, true)), err)
        else
          assert.is_nil(err)
          assert.equal(LINES + (case[4] or 0), count)
        end
        os.remove(path .. ".moved")
      end
    end)
  end

  it("and changed between the two readings is noticed at the end of the second", function()
    fresh_file()
    local opened = assert(source.open(path))
    write_into(path, "r+b", line(LINES, "new"), #OLD - #line(LINES, "old"))
    uv.fs_utime(path, 1e9, 1e9)
    opened.bytes.file.seen, opened.bytes.file.edition = uv.fs_stat(path), "as it is now"
    local err
    repeat
      local item
      item, err = opened:next()
    until not item
    opened:close()
    assert.matches("it was changed while it was read", err)
  end)

  it("and changed within a moment, so that its time is the same, is noticed at once", function()
    local now = os.time()
    files.write(path, OLD)
    uv.fs_utime(path, now, now)
    local opened = assert(source.open(path))
    assert(opened:next())
    write_into(path, "r+b", HEADER .. text_of(1, LINES, "new"))
    uv.fs_utime(path, now, now)
    local item, err
    repeat
      item, err = opened:next()
      if item then assert.is_nil(item.raw:find("new", 1, true)) end
    until not item
    opened:close()
    assert.matches("it was changed while it was read", err)
  end)

  for _, case in ipairs(CHANGES) do
    it(("by a run, and %s, ends it %s"):format(case[1], case[3] and "with its name, unread" or "as if nothing were"), function()
      fresh_file()
      local bench = Bench.new()
      local opened = assert(source.open(path))
      bench.script.create_offer = { [300] = function(args, good)
        case[2](path)
        return good(args)
      end }
      local result = assert(bench:run(nil, { source = opened, concurrency = 2, workflow = {
        claims = function(record) return { id = record.id, name = record.name } end } }))
      opened:close()
      for _, args in ipairs(bench.calls.create_offer) do
        local name, id = args.claims.name, tonumber(args.claims.id)
        assert.truthy(name == line(id, "old"):match ",w,(.-)\n" or name == line(id, "new"):match ",w,(.-)\n", name)
      end
      assert.equal(case[3] and "source" or nil, result.stopped)
      assert.equal(case[3] == nil, result.complete)
      assert.equal(0, result.totals.failed + result.totals.unknown)
      if case[3] then
        assert.same({ path }, result.unread)
        assert.equal(1, (result.err.message:find(path, 1, true)))
      else
        assert.equal(LINES + (case[4] or 0), result.totals.issued)
      end
      bench:close()
    end)
  end
end)
