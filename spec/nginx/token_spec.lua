-- One OAuth2 token for all workers.
local cjson = require "cjson"
local uv = require "luv"
local http = require "spec.support.http"
local Misbehaving = require "spec.support.misbehaving"
local nginx = require "spec.support.nginx"
local wait = require "spec.support.wait"
local Crowd = require "spec.nginx.crowd"
local processes = require "spec.nginx.processes"
local worker = require "spec.nginx.worker"

local WORKERS = 3
local CALLS = os.getenv "CREDENCO_SOAK" and 1000 or 200

local HTTP = "lua_shared_dict tokens 1m;"

-- Each worker has a client of its own for each issuer.
local SERVER = [[
  location = /status {
    content_by_lua_block {
      local at = ngx.var.arg_at
      clients = clients or {}
      clients[at] = clients[at] or require("credenco").new {
        base_url = at,
        retry = { base_ms = 1 },
        oauth2 = { token_url = at .. "/token", client_id = "c", client_secret = "s", shared_dict = "tokens" },
      }
      local status, err = clients[at]:issue_status "1"
      ngx.print(require("cjson").encode {
        worker = ngx.worker.pid(), ok = status ~= nil, text = err and tostring(err), step = err and err.step,
      })
    }
  }
]]

-- An issuer for which the first token it gave is no good.
local REFUSES_THE_FIRST = [[
  default_type application/json;
  location = /token {
    content_by_lua_block {
      local number = ngx.shared.counts:incr("tokens", 1, 0)
      ngx.print(('{"access_token":"token-%d","expires_in":300}'):format(number))
    }
  }
  location ^~ /api/ {
    content_by_lua_block {
      if ngx.var.http_authorization == "Bearer token-1" then return ngx.exit(401) end
      ngx.print '{"status":"issue_completed"}'
    }
  }
  location = /count { content_by_lua_block { ngx.print(ngx.shared.counts:get "tokens") } }
]]

local function token(value, expires_in)
  return {
    act = "answer", status = 200, headers = { ["content-type"] = "application/json" },
    body = cjson.encode { access_token = value, token_type = "Bearer", expires_in = expires_in },
  }
end

describe("the token that all workers of nginx share", function()
  local server, inside

  setup(function()
    server = Misbehaving.start()
    inside = worker.start { workers = WORKERS, connections = 4096, http = HTTP, server = SERVER }
  end)
  teardown(function()
    inside:stop()
    server:stop()
  end)

  local function ask(scenario, count)
    local crowd = Crowd.new(inside.port, count, function() return "/status?at=" .. scenario.url end)
    assert.is_true(crowd:wait())
    crowd:leave()
    local answers = {}
    for i, body in ipairs(crowd.answers) do answers[i] = cjson.decode(body) end
    assert.equal(count, #answers)
    return answers
  end

  local function workers_of(answers)
    local seen, count = {}, 0
    for _, answer in ipairs(answers) do
      if not seen[answer.worker] then count = count + 1 end
      seen[answer.worker] = true
    end
    return count
  end

  -- Asks until every worker has answered.
  local function ask_all_workers(scenario)
    local answers = {}
    repeat
      for _, answer in ipairs(ask(scenario, 10 * WORKERS)) do answers[#answers + 1] = answer end
    until workers_of(answers) == WORKERS
    return answers
  end

  local function bearers(scenario)
    local seen = {}
    for _, request in ipairs(scenario.requests "status") do
      seen[request.headers.authorization] = (seen[request.headers.authorization] or 0) + 1
    end
    return seen
  end

  it("is fetched once for many requests at once in all workers", function()
    local scenario = server:scenario()
    for _, answer in ipairs(ask(scenario, CALLS)) do assert.is_true(answer.ok, answer.text) end
    ask_all_workers(scenario)
    assert.equal(1, #scenario.requests "token")
  end)

  -- A machine that stands still only makes the renewal earlier, among the first requests.
  it("is renewed before it dies, once", function()
    local scenario = server:scenario { token = { token("first", 5), token("second", 300) } }
    ask_all_workers(scenario)
    wait.until_true(function() return false end, 4200) -- the last fifth of its life has begun
    ask_all_workers(scenario)
    assert.is_true(wait.until_true(function() return #scenario.requests "token" == 2 end))
    for _, answer in ipairs(ask_all_workers(scenario)) do assert.is_true(answer.ok, answer.text) end
    assert.equal(2, #scenario.requests "token")
    assert.truthy(bearers(scenario)["Bearer second"])
  end)

  it("is dropped and fetched again once when it is refused in all workers", function()
    local issuer = nginx.start { lua = true, http = "lua_shared_dict counts 1m;", server = REFUSES_THE_FIRST }
    finally(function() issuer:stop() end)
    for _, answer in ipairs(ask_all_workers(issuer)) do assert.is_true(answer.ok, answer.text) end
    local _, count = http.request(issuer.port, "GET", "/count")
    assert.equal("2", count:match "%d+\r\n(%d+)")
  end)

  it("is fetched by another worker when the one that fetches dies", function()
    local scenario = server:scenario { token = { "hang", "proper" } }
    local crowd = Crowd.new(inside.port, 60, function() return "/status?at=" .. scenario.url end)
    assert.is_true(wait.until_true(function() return #scenario.requests "token" == 1 end))
    for _, pid in ipairs(processes.workers(inside)) do uv.kill(pid, "sigkill") end
    crowd:leave()
    for _, answer in ipairs(ask(scenario, 20)) do assert.is_true(answer.ok, answer.text) end
    assert.equal(2, #scenario.requests "token")
  end)

  it("is fetched under a lock that lasts as long as the fetch", function()
    local renewed = inside:run [[
      local loop = require "credenco.loop"
      local shared = require("credenco.client.auth.shared").new { shared_dict = "tokens", token_url = "slow", client_id = "c" }
      local renewed
      shared:obtain(function()
        local before_s = ngx.shared.tokens:ttl(shared.lock_key)
        for _ = 1, 100 do
          loop.sleep(10)
          local left_s = ngx.shared.tokens:ttl(shared.lock_key)
          renewed = renewed or left_s > before_s
          before_s = left_s
        end
        return { value = "t" }
      end, nil, loop.now_ms() + 1000)
      return renewed
    ]]
    assert.is_true(renewed)
  end)

  it("is not fetched when another worker stored one just before this one got the lock", function()
    local value = inside:run [[
      local shared = require("credenco.client.auth.shared").new { shared_dict = "tokens", token_url = "late", client_id = "c" }
      local dict = shared.dict
      shared.dict = setmetatable({}, { __index = function(_, name)
        return function(_, ...)
          if name == "add" then dict:set(shared.token_key, "never never of-another") end
          return dict[name](dict, ...)
        end
      end })
      return shared:obtain(error, nil, require("credenco.loop").now_ms() + 200).value
    ]]
    assert.equal("of-another", value)
  end)

  it("fails the calls that wait for it if the token request fails", function()
    local scenario = server:scenario { token = { 400 } }
    for _, answer in ipairs(ask(scenario, 5)) do assert.same({ false, "token" }, { answer.ok, answer.step }) end
  end)

  it("is not waited for longer than a call may take, however many fetch it in vain", function()
    local value, err = inside:run [[
      local shared = require("credenco.client.auth.shared").new { shared_dict = "tokens", token_url = "u", client_id = "c" }
      ngx.shared.tokens:set(shared.lock_key, true, 60)
      return shared:obtain(error, nil, require("credenco.loop").now_ms() + 200)
    ]]
    assert.same({ nil, "timeout" }, { value, err })
  end)

  it("needs a dictionary that there is", function()
    local ok, problem = inside:run [[
      return pcall(require("credenco").new, {
        base_url = "https://wallet.example",
        oauth2 = { token_url = "https://id.example/t", client_id = "c", client_secret = "s", shared_dict = "none" },
      })
    ]]
    assert.is_false(ok)
    assert.truthy(problem:find("shared_dict must name a lua_shared_dict of nginx's configuration", 1, true))
  end)
end)
