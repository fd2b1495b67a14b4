-- Keys and secrets that change while calls are under way. The server takes one key at a time, and says so at once.
local credenco = require "credenco"
local files = require "spec.support.files"
local http = require "spec.support.http"
local Misbehaving = require "spec.support.misbehaving"
local worker = require "spec.nginx.worker"

-- Tokens are "token of SECRET": they end with the secret that they were made for.
local SERVER = [[
  lua_code_cache on;
  location = /accept { content_by_lua_block { ngx.shared.state:set("key", ngx.var.arg_key) } }
  location = /refused { content_by_lua_block {
    local count = tostring(ngx.shared.state:get "refused" or 0)
    ngx.header["Content-Length"] = #count
    ngx.print(count)
  } }
  location = /token { content_by_lua_block {
    ngx.req.read_body()
    local key = ngx.shared.state:get "key"
    if ngx.req.get_post_args().client_secret ~= key then
      ngx.shared.state:incr("refused", 1, 0)
      ngx.status = 401
      return ngx.print '{"error":"invalid_client"}'
    end
    ngx.print('{"token_type":"Bearer","access_token":"token-of-' .. key .. '"}')
  } }
  location /api/v2/ { content_by_lua_block {
    ngx.req.read_body()
    ngx.sleep(0.01)
    local key = ngx.shared.state:get "key"
    if ngx.var.http_x_api_key ~= key and ngx.var.http_authorization ~= "Bearer token-of-" .. key then
      ngx.shared.state:incr("refused", 1, 0)
      return ngx.exit(401)
    end
    local id = require("cjson").decode(ngx.req.get_body_data()).correlation_id
    ngx.print(('{"correlation_id":"%s","request_uri":"%s"}'):format(
      id, "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example%2Fo"))
  } }
  location /api/oidc/ { return 201; }
]]

local IN_FLIGHT = 64
local RECORDS = 640

describe("a key changed under 64 issues in flight:", function()
  local server, folder, path, current

  setup(function()
    server = worker.start { http = "lua_shared_dict state 1m;", server = SERVER }
    folder = files.temporary_folder()
    path = folder .. "/key"
  end)
  teardown(function()
    server:stop()
    files.remove_folder(folder)
  end)

  local function change_to(key)
    current = key
    files.write(path, key .. "\n")
    assert.equal(200, (http.request(server.port, "GET", "/accept?key=" .. key)))
  end

  local function refusals()
    local _, body = http.request(server.port, "GET", "/refused")
    return tonumber(body)
  end

  local function records()
    local made = 0
    return function()
      made = made + 1
      return made <= RECORDS and { wallet_key = "w", template_id = "t", claims = { n = made } } or nil
    end
  end

  local asked

  -- Every way in which a key can be given.
  local WAYS = {
    ["api_key_file"] = function() return { api_key_file = path } end,
    ["api_key, a function"] = function()
      return { api_key = function()
        asked = asked + 1
        return current
      end }
    end,
    ["oauth2.client_secret_file"] = function()
      return { oauth2 = { token_url = server.url .. "/token", client_id = "i", client_secret_file = path } }
    end,
    ["oauth2.client_secret, a function"] = function()
      return { oauth2 = { token_url = server.url .. "/token", client_id = "i", client_secret = function()
        asked = asked + 1
        return current
      end } }
    end,
  }

  for name, options_of in pairs(WAYS) do
    it("none fails: " .. name, function()
      asked = 0
      change_to "first"
      local options = options_of()
      options.base_url = server.url
      local client = credenco.new(options)
      local before, ended, failed = refusals(), 0, {}
      for _, _, err in client:issue_many(records(), { concurrency = IN_FLIGHT }) do
        ended = ended + 1
        failed[#failed + 1] = err and tostring(err)
        if ended == RECORDS / 4 then change_to "second" end
        if ended == RECORDS / 2 then change_to "third" end
      end
      client:close()
      assert.same({}, failed)
      assert.equal(RECORDS, ended)
      assert.is_true(refusals() - before >= 2) -- the change was not passed over
      if asked > 0 then assert.equal(3, asked) end
    end)
  end
end)

describe("a key changed under 64 issues in flight inside nginx:", function()
  local server, folder

  setup(function()
    server = worker.start { http = "lua_shared_dict state 1m;", server = SERVER }
    folder = files.temporary_folder()
  end)
  teardown(function()
    server:stop()
    files.remove_folder(folder)
  end)

  for _, transport in ipairs { "curl", "cosocket" } do
    it("none fails over " .. transport, function()
      local failed, refused = server:run([[
        local given, state = ..., ngx.shared.state
        local function change_to(key)
          local file = assert(io.open(given.path, "w"))
          file:write(key)
          file:close()
          state:set("key", key)
        end
        change_to "first"
        state:set("refused", 0)
        local client = require("credenco").new { base_url = given.url, api_key_file = given.path, transport = given.transport }
        local failed, threads, ended = {}, {}, 0
        for i = 1, given.in_flight do
          threads[i] = ngx.thread.spawn(function()
            for _ = 1, 6 do
              local result, err = client:issue_direct { wallet_key = "w", template_id = "t", claims = {} }
              if not result then failed[#failed + 1] = tostring(err) end
              ended = ended + 1
            end
          end)
        end
        -- Not twice within one call, which asks for its key again once.
        for round, key in ipairs { "second", "third" } do
          while ended < round * 2 * given.in_flight do ngx.sleep(0.001) end
          change_to(key)
        end
        for _, thread in ipairs(threads) do ngx.thread.wait(thread) end
        client:close()
        return failed, state:get "refused"
      ]], { url = server.url, path = folder .. "/key", transport = transport, in_flight = IN_FLIGHT })
      assert.same({}, failed)
      assert.is_true(refused >= 1)
    end)
  end
end)

describe("a key that may change", function()
  local server = Misbehaving.use()

  local function client_of(scenario, options)
    options.base_url, options.retry = scenario.url, { max_attempts = 1 }
    return credenco.new(options)
  end

  it("is sent once if it was refused and there is no other", function()
    local path = server.folder .. "/key"
    files.write(path, "s3cret")
    for _, options in ipairs { { api_key_file = path }, { api_key = function() return "s3cret" end } } do
      local scenario = server:scenario { status = { 401 } }
      local _, err = client_of(scenario, options):issue_status "1"
      assert.same({ "unauthorized", 401, 1, "rejected" }, { err.code, err.http_status, err.attempts, err.sent })
      assert.equal(1, #scenario.requests "status")
    end
  end)

  it("is kept while its file is gone, empty, or has more than one line", function()
    local path, scenario = server.folder .. "/kept", server:scenario { status = { 401, "proper" } }
    files.write(path, "old")
    local client = client_of(scenario, { api_key_file = path })
    for _, content in ipairs { "", "a\nb" } do
      files.write(path, content)
      client:issue_status "1"
    end
    os.remove(path)
    client:issue_status "1"
    for _, request in ipairs(scenario.requests "status") do assert.equal("old", request.headers["x-api-key"]) end
  end)

  it("does not show in an error, neither the old one nor the new one", function()
    local key = "0ld-s3cret"
    local scenario = server:scenario { status = { "echo_refusal" } }
    local client = client_of(scenario, { api_key = function() return key end })
    for _ = 1, 2 do
      local _, err = client:issue_status "1"
      assert.is_nil((tostring(err) .. tostring(err.detail)):find("s3cret", 1, true))
      key = "n3w-s3cret"
    end
  end)

  for name, case in pairs {
    ["throws"] = { function() error("no vault at https://vault.example/key", 0) end, "it failed", "no vault at [URL]" },
    ["throws what has no text"] = {
      function() error(setmetatable({}, { __tostring = function() error "no text" end })) end, "it failed",
      "table without a text",
    },
    ["throws what has another text"] = {
      function() error(setmetatable({}, { __tostring = function() return {} end })) end, "it failed",
      "table without a text",
    },
    ["gives nothing"] = { function() end, "it returned nil, not a string" },
    ["gives an empty text"] = { function() return "" end, "its result must not be empty" },
    ["gives two headers"] = { function() return "s3cret\r\nx-evil: 1" end, "its result must not hold control bytes" },
  } do
    it("from a function that " .. name .. " is an error before anything is sent", function()
      for _, of_token in ipairs { false, true } do
        local scenario = server:scenario()
        local options = of_token
          and { oauth2 = { token_url = scenario.url .. "/token", client_id = "i", client_secret = case[1] } }
          or { api_key = case[1] }
        local _, err = client_of(scenario, options):issue_status "1"
        assert.same({ "unauthorized", "no", case[3] }, { err.code, err.sent, err.detail })
        assert.truthy(err.message:find(case[2], 1, true), err.message)
        assert.is_nil(tostring(err):find("s3cret", 1, true))
        assert.equal(0, #scenario.requests())
      end
    end)
  end

  it("has to be there when the client is made", function()
    files.write(server.folder .. "/empty", "\n")
    for path, problem in pairs {
      ["/nowhere/key"] = "api_key_file cannot be opened: /nowhere/key: No such file or directory",
      [server.folder .. "/empty"] = "api_key_file holds nothing",
    } do
      local ok, said = pcall(function() return (credenco.new { base_url = "https://a.example", api_key_file = path }) end)
      assert.is_false(ok)
      assert.matches("^spec/client/rotation_spec.lua:%d+: credenco.new: ", said)
      assert.truthy(said:find(problem, 1, true), said)
    end
  end)

  it("can come out of a pipe, which is read once", function()
    local pipe = server.folder .. "/pipe"
    assert(os.execute(("mkfifo '%s' && (echo from-pipe >'%s' &)"):format(pipe, pipe)))
    local scenario = server:scenario { status = { "proper", 401 } }
    local client = client_of(scenario, { api_key_file = pipe })
    assert(client:issue_status "1")
    assert.equal("unauthorized", select(2, client:issue_status "1").code)
    assert.equal("from-pipe", scenario.requests("status")[2].headers["x-api-key"])
  end)

  it("is the file's text without a byte-order mark and a line's end", function()
    files.write(server.folder .. "/windows", "\239\187\191key\r\n")
    local scenario = server:scenario()
    assert(client_of(scenario, { api_key_file = server.folder .. "/windows" }):issue_status "1")
    assert.equal("key", scenario.requests("status")[1].headers["x-api-key"])
  end)
end)
