-- Files and journals that somebody changes, moves, cuts or gives a second name while a run is at work:
-- `script/lua spec/pipeline/changes_soak.lua [MOMENTS] [SEED]`. The real program against the sandbox; at each of 50 random
-- moments one of the changes; then what a person would do about it, and the same command again. Counted in the wallets:
-- nothing twice, nothing half of one edition and half of the next, and nothing missing behind exit code 0.
package.path = "./?.lua;" .. package.path
local credenco = require "credenco"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local sandbox = require "credenco.sandbox"
local uv = require "luv"
local wait = require "spec.support.wait"

local MOMENTS = tonumber(arg[1]) or 50
local SEED = tonumber(arg[2]) or 20261128
local RECORDS, MORE = 120, 20
local LATEST_MS = 500

local function name_of(id, edition)
  return ("%s-%d-"):format(edition, id):rep(150)
end

local function text_of(world, from, to, edition)
  local lines = {}
  for i = from, to do
    local id = world.base + i
    lines[#lines + 1] = ("%d,%s,%s\n"):format(id, world.wallet, name_of(id, edition))
  end
  return table.concat(lines)
end

local function register(world, edition)
  return "coc_number,wallet,legal_name\n" .. text_of(world, 1, RECORDS, edition)
end

local function write_into(path, mode, text)
  local file = assert(io.open(path, mode))
  file:write(text)
  file:close()
end

local function cut(path, share)
  local file = assert(uv.fs_open(path, "r+", 384))
  assert(uv.fs_ftruncate(file, math.floor(uv.fs_fstat(file).size * share)))
  uv.fs_close(file)
end

local function put_back(path) assert(os.rename(path .. ".first", path)) end

local DONE, STOPPED_BY_SOURCE, REFUSED, STOPPED_BY_JOURNAL = 0, 1, 2, 9

-- What is changed, how, the exit codes that tell (0 where the run was done before), what a person does about it, and the
-- exit codes of the same command then.
local CHANGES = {
  { "file overwritten", of = "file", change = function(path, world) write_into(path, "wb", register(world, "new")) end,
    codes = { STOPPED_BY_SOURCE } },
  { "file cut", of = "file", change = function(path) cut(path, math.random()) end, codes = { STOPPED_BY_SOURCE } },
  { "file emptied", of = "file", change = function(path) cut(path, 0) end,
    codes = { STOPPED_BY_SOURCE, REFUSED } }, -- refused where it was empty before it was opened
  { "file appended to", of = "file", codes = {},
    change = function(path, world) write_into(path, "ab", text_of(world, RECORDS + 1, RECORDS + MORE, "old")) end },
  { "file moved", of = "file", change = function(path) os.rename(path, path .. ".moved") end, codes = {} },
  { "file replaced", of = "file", change = function(path, world) files.write(path, register(world, "new")) end, codes = {} },
  { "file removed", of = "file", change = os.remove, codes = {} },
  { "journal moved", of = "journal", change = function(path) os.rename(path, path .. ".first") end, mend = put_back,
    codes = { STOPPED_BY_JOURNAL } },
  { "journal replaced", of = "journal", mend = put_back, codes = { STOPPED_BY_JOURNAL }, change = function(path)
    local bytes = files.read(path)
    os.rename(path, path .. ".first")
    files.write(path, bytes)
  end },
  { "journal linked", of = "journal", change = function(path) uv.fs_link(path, path .. ".link") end,
    mend = function(path) os.remove(path .. ".link") end, codes = { STOPPED_BY_JOURNAL } },
  { "journal removed", of = "journal", change = os.remove, codes = { STOPPED_BY_JOURNAL }, lost = true },
  { "journal cut", of = "journal", change = function(path) cut(path, math.random()) end, codes = { STOPPED_BY_JOURNAL },
    lost = true },
  { "journal emptied", of = "journal", change = function(path) cut(path, 0) end, codes = { STOPPED_BY_JOURNAL },
    lost = true },
}

-- How often each record is in the wallet; an error where a name is of no edition.
local function counted(world)
  local answer, err = world.client:request { path = "/sandbox/wallets/" .. world.wallet }
  assert(answer, tostring(err))
  local counts, most = {}, 0
  for _, credential in ipairs(answer.json.credentials) do
    local id, name = tonumber(credential.claims.id), credential.claims.name
    if name ~= name_of(id, "old") and name ~= name_of(id, "new") then return nil, id .. " is of two editions" end
    counts[id] = (counts[id] or 0) + 1
    most = math.max(most, counts[id])
  end
  if most > 1 then return nil, "something is there twice" end
  return counts
end

local function is_among(codes, code)
  for _, wanted in ipairs(codes) do
    if code == wanted then return true end
  end
  return false
end

-- The mistake behind an exit code; nil if there is none.
local function flaw(world, done, codes)
  local counts, wrong = counted(world)
  if not counts then return wrong end
  if done.code ~= DONE and not is_among(codes, done.code) then
    return ("exit code %d: %s"):format(done.code, done.err)
  end
  for i = 1, done.code == DONE and RECORDS or 0 do
    if not counts[world.base + i] then return ("exit code 0, and %d is missing"):format(world.base + i) end
  end
end

local function start(world)
  return program.start({ "run", "spec/pipeline/company.lua", world.file, "--journal", world.journal,
    "--concurrency", "2" }, world.env)
end

local function finish(run)
  run:finish_input()
  return run:finish()
end

-- A run with the change in its middle; nil when it was over before.
local function changed_run(world, change)
  local run = start(world)
  wait.until_true(function() return uv.fs_stat(world.journal) or run.code end, 20000)
  local moment = uv.hrtime() / 1e6 + math.random(0, LATEST_MS)
  wait.until_true(function() return uv.hrtime() / 1e6 >= moment or run.code end, 20000)
  local in_time = not run.code
  if in_time then change.change(world[change.of], world) end
  return finish(run), in_time
end

local function mend(world, change)
  if change.mend then change.mend(world.journal) end
  if change.of == "file" then files.write(world.file, register(world, "old")) end
end

-- Gives what happened, and what was wrong with it.
local function try(world, change)
  files.write(world.file, register(world, "old"))
  local done, in_time = changed_run(world, change)
  if not in_time then return "over before" end
  local codes = tostring(done.code)
  local wrong = flaw(world, done, change.codes)
  if wrong then return codes, wrong end
  mend(world, change)
  done = finish(start(world))
  return codes .. ", then " .. done.code, flaw(world, done, change.lost and { STOPPED_BY_JOURNAL } or {})
end

local function world_of(server, client, number)
  local folder = files.temporary_folder()
  return { base = 10000000 + number * 1000, wallet = ("wallet-%04d"):format(number), client = client, folder = folder,
    file = folder .. "/in.csv", journal = folder .. "/j.journal",
    env = { CREDENCO_BASE_URL = server.base_url, CREDENCO_API_KEY = server.api_key } }
end

math.randomseed(SEED)
local wallets = {}
for i = 1, MOMENTS do wallets[i] = { key = ("wallet-%04d"):format(i), name = "Wallet " .. i, trusts_issuer = true } end
local server = assert(sandbox.start { wallets = wallets })
local client = credenco.new { base_url = server.base_url, api_key = server.api_key, max_body_bytes = 64 * 1024 * 1024 }
local bad, seen = 0, {}
for number = 1, MOMENTS do
  local change, world = CHANGES[(number - 1) % #CHANGES + 1], world_of(server, client, number)
  local ok, codes, wrong = xpcall(try, debug.traceback, world, change)
  if not ok then codes, wrong = "threw", codes end
  local row = ("%-18s exit code %s"):format(change[1], codes)
  seen[row] = (seen[row] or 0) + 1
  if wrong then
    bad = bad + 1
    print(("moment %d, %s: %s"):format(number, row, wrong))
  end
  files.remove_folder(world.folder)
end
client:close()
server:stop()
local rows = {}
for row, count in pairs(seen) do rows[#rows + 1] = ("%3d x %s"):format(count, row) end
table.sort(rows, function(a, b) return a:sub(7) < b:sub(7) end)
print(table.concat(rows, "\n"))
print(("%d moments, %d wrong"):format(MOMENTS, bad))
os.exit(bad == 0 and 0 or 1)
