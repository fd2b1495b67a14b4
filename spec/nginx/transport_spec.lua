-- The transport's contract, case by case, inside nginx.
local contract = require "spec.transport.contract"
local files = require "spec.support.files"
local names = require "spec.nginx.name_server"
local worker = require "spec.nginx.worker"
local World = require "spec.transport.world"

-- lua-resty-http is no package of Debian: its `lib` folder is named here, or it is on nginx's path.
local RESTY_HTTP = os.getenv "CREDENCO_LUA_RESTY_HTTP"

local FOLDERS = { "/usr/share/lua/5.1", "/usr/local/share/lua/5.1", "/usr/local/openresty/lualib" }

local world, inside, name_server

local function is_installed()
  if RESTY_HTTP then return true end
  for _, folder in ipairs(FOLDERS) do
    if files.read(folder .. "/resty/http.lua") then return true end
  end
  return false
end

local function nginx_options()
  local path = RESTY_HTTP and ('lua_package_path "$root/lua/?.lua;$root/lua/?/init.lua;$root/?.lua;%s/?.lua;;";')
    :format(RESTY_HTTP)
  return {
    package_path = path,
    http = ("resolver 127.0.0.1:%d ipv6=off; lua_ssl_trusted_certificate %s; lua_ssl_verify_depth 3;")
      :format(name_server.port, world.addresses.tls.ca_file),
  }
end

local function start_everything()
  world = World.start()
  name_server = names.start()
  inside = worker.start(nginx_options())
end

local function stop_everything()
  inside:stop()
  name_server:stop()
  world:stop()
end

local function cases()
  return contract(function() end, { tls = {} })
end

-- nginx compares a certificate with a name, never with an address.
local function by_name(addresses)
  local renamed, tls = {}, {}
  for name, value in pairs(addresses) do renamed[name] = value end
  for name, value in pairs(addresses.tls) do tls[name] = value:gsub("^https://127%.0%.0%.1:", "https://localhost:") end
  renamed.tls = tls
  return renamed
end

local function run(case, transport, addresses)
  inside:run("require 'spec.nginx.contract' (...)", {
    name = case.name, transport = transport, env = addresses, control_port = world.server.control,
  })
end

describe("inside nginx, the transport over libcurl", function()
  setup(start_everything)
  teardown(stop_everything)

  for _, case in ipairs(cases()) do
    it(case.name, function() run(case, "curl", world.addresses) end)
  end
end)

describe("inside nginx, the transport over lua-resty-http", function()
  setup(start_everything)
  teardown(stop_everything)

  if not is_installed() then
    it("keeps the contract", function()
      pending "lua-resty-http is not installed, and CREDENCO_LUA_RESTY_HTTP does not say where it is"
    end)
  else
    for _, case in ipairs(cases()) do
      it(case.name, function() run(case, "resty", by_name(world.addresses)) end)
    end

    for value, wanted_ms in pairs {
      ["7"] = 7000, ["Fri, 31 Dec 2099 23:59:59 GMT"] = 1e9, nonsense = false, ["1.0005"] = false, ["-7"] = false,
      ["0x7"] = false, inf = false,
    } do
      it("reads Retry-After: " .. value, function()
        local refusal = { status = 503, headers = { ["retry-after"] = value } }
        local ms = inside:run([[
          local transport = require("credenco.transport.resty").new {}
          local deadline_ms = require("credenco.loop").now_ms() + 10000
          return assert(transport:send { method = "GET", url = ..., deadline_ms = deadline_ms }).retry_after_ms
        ]], world.server:scenario({ other = { refusal } }).url .. "/x")
        if wanted_ms then assert.is_true(ms >= wanted_ms) else assert.is_nil(ms) end
      end)
    end

    it("forgets a call that nginx never began", function()
      local code, sent, forgotten = inside:run([[
        for _ = 1, 256 do ngx.timer.at(0, function() ngx.sleep(3) end) end
        local transport = require("credenco.transport.resty").new {}
        local deadline_ms = require("credenco.loop").now_ms() + 300
        local _, err = transport:send { method = "GET", url = ..., deadline_ms = deadline_ms }
        return err.code, err.sent, next(transport.calls) == nil
      ]], world.server:scenario({}).url .. "/x")
      assert.same({ "timeout", "no", true }, { code, sent, forgotten })
    end)
  end

  it("names the package where it is not installed", function()
    local ok, problem = inside:run [[
      local credenco = require "credenco"
      require "credenco.transport.resty"
      local searched = package.path
      package.path, package.loaded["resty.http"] = "", nil
      local ok, problem = pcall(credenco.new, {
        base_url = "https://wallet.example", api_key = "k", transport = "resty",
      })
      package.path = searched
      return ok, problem
    ]]
    assert.is_false(ok)
    assert.truthy(problem:find("needs lua-resty-http 0.17 or later", 1, true))
  end)

  it("names what it lacks where only that is not installed", function()
    local problem = inside:run [[
      local before = package.loaded["resty.http"]
      package.loaded["resty.http"] = nil
      package.preload["resty.http"] = function() error("module 'resty.string' not found:\n\tno field", 0) end
      local problem = select(2, pcall(require("credenco.transport.resty").new, {}))
      package.preload["resty.http"], package.loaded["resty.http"] = nil, before
      return problem
    ]]
    assert.matches("lua%-resty%-string.+%(module 'resty.string' not found:%)$", problem)
  end)

  it("refuses the options that it cannot honour", function()
    local problem = inside:run [[
      return select(2, pcall(require("credenco").new, {
        base_url = "https://wallet.example", api_key = "k", transport = "resty", ca_file = "/some/file",
      }))
    ]]
    assert.equal("transport 'resty' has no ca_file: name the authority with nginx's lua_ssl_trusted_certificate", problem)
  end)
end)
