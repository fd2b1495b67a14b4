-- The programs that are compared: how each peer is built, the packages that it needs, and the command that runs it.
-- Every peer is called with BASE_URL FLOWS WARMUP CONCURRENCY and prints one line of JSON:
-- { peer, flows, wall_s, user_s, sys_s }, of the measured flows alone.

local process = require "bench.process"

---@class bench.Peer
---@field name string
---@field about string for the table
---@field needs table<string, string> program or pkg-config module -> Debian package
---@field build fun(root: string)
---@field command fun(root: string): string[]
---@field countable boolean? valgrind can run it
---@field env (fun(root: string): table<string, string>)?
---@field asked_for boolean? runs only where --peers names it

local BUILD = "/build/bench"

local WATCHED = { metrics = ", with metrics", log = ", with metrics and a log" }

local function cmake(source, build, ...)
  process.must { "cmake", "-S", source, "-B", build, "-G", "Ninja", ... }
  process.must { "cmake", "--build", build }
end

local function libcurl(name, about)
  return {
    name = name,
    about = about,
    needs = { cmake = "cmake", ninja = "ninja-build", cc = "gcc", ["pkg-config"] = "pkg-config",
      ["pc:libcurl"] = "libcurl4-openssl-dev", ["pc:jansson"] = "libjansson-dev" },
    build = function(root) cmake(root .. "/bench/peers/libcurl", root .. BUILD .. "/libcurl") end,
    command = function(root) return { root .. BUILD .. "/libcurl/" .. name } end,
    countable = true,
  }
end

local function build_go(root)
  local directory = root .. BUILD .. "/go"
  process.must({ "go", "build", "-o", directory .. "/go-peer", "." }, {
    cwd = root .. "/bench/peers/go",
    env = { GOCACHE = directory .. "/cache", GOFLAGS = "-mod=mod", GOTOOLCHAIN = "local" },
  })
end

-- npm ci always starts over, so a copy of the lock file shows which packages are installed already.
local function build_undici(root)
  local directory = root .. "/bench/peers/undici"
  local installed = io.open(directory .. "/node_modules/undici/package.json")
  if installed then
    local wanted = assert(io.open(directory .. "/package.json")):read "a":match '"undici": "([^"]+)"'
    local same = installed:read "a":find('"version": "' .. wanted .. '"', 1, true)
    installed:close()
    if same then return end
  end
  process.must({ "npm", "ci", "--no-audit", "--no-fund" }, { cwd = directory })
end

-- Debian 12 has OpenResty's LuaJIT under a name of its own.
local function luajit_packages()
  local file = io.open "/etc/debian_version"
  local version = file and file:read "*l" or ""
  if file then file:close() end
  if version:find "^12" then return { luajit = "luajit2", ["pc:luajit"] = "libluajit2-5.1-dev" } end
  return { luajit = "luajit", ["pc:luajit"] = "libluajit-5.1-dev" }
end

-- `watched` is what bench/watching.lua takes.
local function ours(engine, program, cmake_name, packages, watched)
  local build = BUILD .. "/" .. engine
  return {
    name = "credenco-" .. engine .. (watched and "-" .. watched or ""),
    about = "issue_many on " .. program .. (watched and WATCHED[watched] or ""),
    asked_for = watched ~= nil,
    needs = packages,
    build = function(root) cmake(root, root .. build, "-DCREDENCO_LUA=" .. cmake_name) end,
    command = function(root) return { program, root .. "/bench/ours.lua" } end,
    countable = true,
    env = function(root)
      return {
        LUA_PATH = ("%s/lua/?.lua;%s/lua/?/init.lua;%s/?.lua;;"):format(root, root, root),
        LUA_CPATH = ("%s%s/lib/?.so;;"):format(root, build),
        BENCH_WATCHED = watched,
      }
    end,
  }
end

local function lua54(watched)
  return ours("lua54", "lua5.4", "5.4", { ["lua5.4"] = "lua5.4", ["pc:lua5.4"] = "liblua5.4-dev" }, watched)
end

local function luajit(watched)
  return ours("luajit", "luajit", "luajit", luajit_packages(), watched)
end

---@type bench.Peer[]
return {
  libcurl("libcurl-json", "libcurl in C, with the JSON and URI work"),
  libcurl("libcurl-json-url", "the same with CURLOPT_URL, as most write it"),
  libcurl("libcurl-plain", "the loop without that work"),
  {
    name = "go",
    about = "Go net/http, GOMAXPROCS=1",
    needs = { go = "golang-go" },
    build = build_go,
    command = function(root) return { root .. BUILD .. "/go/go-peer" } end,
  },
  {
    name = "undici",
    about = "Node, undici's dispatch",
    needs = { node = "nodejs", npm = "npm" },
    build = build_undici,
    command = function(root) return { "node", root .. "/bench/peers/undici/main.js" } end,
  },
  lua54(), luajit(),
  lua54 "metrics", lua54 "log", luajit "metrics", luajit "log",
}
