-- `credenco doctor` against real servers with one thing wrong at a time: exactly that line fails, and what it says to do,
-- done, makes it pass.
local cjson = require "cjson"
local doctor = require "spec.cli.doctor"
local faketime = require "spec.support.faketime"
local files = require "spec.support.files"
local nginx = require "spec.support.nginx"
local pki = require "spec.support.pki"
local program = require "spec.cli.program"
local redated = require "spec.cli.redated"
local Tunnel = require "spec.support.tunnel"
local World = require "spec.sandbox.world"

local DAY_S = 86400

local world, made, folder, key, servers

local function sandbox_env(more)
  local env = { CREDENCO_BASE_URL = world.base_url, CREDENCO_API_KEY = key }
  for name, value in pairs(more or {}) do env[name] = value or nil end
  return env
end

local function env_without(name)
  local env = sandbox_env()
  env[name] = nil
  return env
end

local function over_tls(url, more)
  local env = sandbox_env { CREDENCO_BASE_URL = url, CREDENCO_CA_FILE = made.authority }
  for name, value in pairs(more or {}) do env[name] = value end
  return env
end

local function misbehave(rules)
  world:anonymous("DELETE", "/sandbox/faults")
  if rules then world:anonymous("PUT", "/sandbox/faults", { rules = rules }) end
end

local written = 0
local function file_with(content)
  written = written + 1
  local path = ("%s/file-%d"):format(folder, written)
  files.write(path, content)
  return path
end

local function oauth2(changes)
  local env = {
    CREDENCO_BASE_URL = world.base_url, CREDENCO_CLIENT_ID = "sandbox-client",
    CREDENCO_CLIENT_SECRET_FILE = file_with "sandbox-client-secret",
    CREDENCO_TOKEN_URL = world.base_url .. "/realms/sandbox/protocol/openid-connect/token",
  }
  for name, value in pairs(changes or {}) do env[name] = value or nil end
  return env
end

-- A server in front of the sandbox.
local function front(options)
  local location = options.location or ("proxy_pass %s;"):format(world.base_url)
  local server = nginx.start { tls = options.tls, lua = options.lua,
    server = ("%s location / { %s }"):format(options.more or "", location) }
  servers[#servers + 1] = server
  return server
end

local fronts = setmetatable({}, { __index = function(all, name)
  local start = ({
    good = function() return front { tls = redated(made.leaf, made, -DAY_S, 60 * DAY_S) } end,
    expired = function() return front { tls = redated(made.leaf, made, -9 * DAY_S, -2 * DAY_S) } end,
    future = function() return front { tls = redated(made.leaf, made, 2 * DAY_S, 9 * DAY_S) } end,
    soon = function() return front { tls = redated(made.leaf, made, -DAY_S, 5 * DAY_S + 3600) } end,
    named = function() return front { tls = redated(made.other_host, made, -DAY_S, 60 * DAY_S) } end,
    moved = function() return front { location = "return 301 https://wallet.example/login;" } end,
    mutual = function()
      return front { tls = redated(made.leaf, made, -DAY_S, 60 * DAY_S),
        more = ("ssl_client_certificate %s; ssl_verify_client on;"):format(made.authority) }
    end,
    pages = function() return front { location = "default_type text/html; return 200 '<html>Log in</html>';" } end,
    bearer = function()
      return front { location = ("proxy_set_header x-api-key ''; proxy_pass %s;"):format(world.base_url) }
    end,
  })[name]
  all[name] = start()
  return all[name]
end })

local tunnels = {}
local function proxied(answer)
  local tunnel = Tunnel.start(fronts.named.port, answer)
  tunnels[#tunnels + 1] = tunnel
  return { CREDENCO_BASE_URL = "https://wallet.example", CREDENCO_API_KEY = key, CREDENCO_CA_FILE = made.authority,
    https_proxy = ("http://127.0.0.1:%d"):format(tunnel.port) }
end

local function company(changes)
  local claims = {}
  for name, value in pairs(World.COMPANY) do claims[name] = value end
  for name, value in pairs(changes or {}) do claims[name] = value end
  return file_with(cjson.encode(claims))
end

local looked_at
local function look_at(wallet, more)
  looked_at = wallet
  local arguments = { "--wallet", wallet, (table.unpack or unpack)(more or {}) }
  return arguments, sandbox_env { CREDENCO_ISSUER_DID = world.server.issuer_did }
end

-- The advice of the line.
local function trust()
  local outcome = program.run({ "trust", "--wallet", looked_at, "--did", world.server.issuer_did, "--name", "Issuer" },
    sandbox_env())
  assert(outcome.code == 0, outcome.err)
  return look_at(looked_at)
end

local function plain() return {}, sandbox_env() end

-- A fault with a `rule` is one of the sandbox's, which the same call meets. Without the rule, the sandbox is the service
-- after its operator has followed the advice. doctor_accounts_spec.lua has the faults of keys and clients.
local FAULTS = {
  { "a setting is no setting's value", line = "settings", code = 2, words = "%-%-timeout", advice = "credenco doctor %-%-help",
    broken = function() return { "--timeout", "soon" }, sandbox_env() end,
    healed = function() return { "--timeout", "5" }, sandbox_env() end },
  { "the address is plain http", line = "base_url", code = 2, advice = "%-%-base%-url https://",
    broken = function() return { "--base-url", "http://wallet.example" }, sandbox_env() end,
    healed = function() return { "--base-url", fronts.good.url }, over_tls() end },
  { "the file of certificates is missing", line = "ca_file", code = 2, advice = "unset both",
    broken = function() return {}, sandbox_env { CREDENCO_CA_FILE = folder .. "/nowhere.pem" } end,
    healed = plain },
  { "the file of certificates has none", line = "ca_file", code = 2, advice = "name a PEM file",
    broken = function() return {}, over_tls(fronts.good.url, { CREDENCO_CA_FILE = file_with "no certificate" }) end,
    healed = function() return {}, over_tls(fronts.good.url) end },
  { "no credentials are set", line = "credentials_set", code = 2, advice = "set CREDENCO_API_KEY",
    broken = function() return {}, env_without "CREDENCO_API_KEY" end,
    healed = plain },
  { "the key's file is missing", line = "credentials_set", code = 2, advice = "CREDENCO_API_KEY_FILE",
    broken = function() return { "--api-key-file", folder .. "/nowhere" }, env_without "CREDENCO_API_KEY" end,
    healed = function() return { "--api-key-file", file_with(key) }, env_without "CREDENCO_API_KEY" end },
  { "an API key and a client are set", line = "credentials_set", code = 2, advice = "all of CREDENCO_CLIENT_ID",
    broken = function() return {}, oauth2 { CREDENCO_API_KEY = key } end,
    healed = function() return {}, oauth2() end },
  { "the client's secret is missing", line = "credentials_set", code = 2, advice = "CREDENCO_CLIENT_SECRET_FILE",
    broken = function() return {}, oauth2 { CREDENCO_CLIENT_SECRET_FILE = false } end,
    healed = function() return {}, oauth2() end },
  { "the name does not exist", line = "name", code = 7, advice = "correct the host in %-%-base%-url",
    broken = function() return {}, sandbox_env { CREDENCO_BASE_URL = "https://wallet.invalid" } end,
    healed = plain },
  { "nobody listens at the port", line = "connection", code = 7, advice = "correct the port",
    broken = function() return {}, sandbox_env { CREDENCO_BASE_URL = "http://127.0.0.1:1" } end,
    healed = plain },
  { "no TLS is spoken at the port", line = "tls", code = 7, advice = "correct the port",
    broken = function() return {}, over_tls((world.base_url:gsub("^http:", "https:"))) end,
    healed = function() return {}, over_tls(fronts.good.url) end },
  { "the certificate has expired", line = "tls", code = 7, words = "expired on %d+%-", advice = "renew",
    broken = function() return {}, over_tls(fronts.expired.url) end,
    healed = function() return {}, over_tls(fronts.good.url) end },
  { "the certificate is not valid yet", line = "tls", code = 7, words = "not valid before", advice = "clock",
    broken = function() return {}, over_tls(fronts.future.url) end,
    healed = function() return {}, over_tls(fronts.good.url) end },
  { "the certificate is for another host", line = "tls", code = 7, words = "another host.*wallet%.example",
    advice = "name the certificate.s host",
    broken = function() return {}, over_tls(fronts.named.url) end,
    healed = function() return {}, over_tls(fronts.good.url) end },
  { "the authority is unknown", line = "tls", code = 7, words = "credenco specs", advice = "CREDENCO_CA_FILE",
    broken = function() return {}, over_tls(fronts.good.url, { CREDENCO_CA_FILE = made.stranger }) end,
    healed = function() return {}, over_tls(fronts.good.url) end },
  { "the certificate ends soon", line = "certificate", state = "warning", code = 0, words = "5 days", advice = "renew",
    broken = function() return {}, over_tls(fronts.soon.url) end,
    healed = function() return {}, over_tls(fronts.good.url) end },
  { "nobody listens at the proxy's port", line = "proxy", code = 7, words = "https_proxy.*refused", advice = "NO_PROXY",
    broken = function()
      local env = proxied()
      env.https_proxy = "http://127.0.0.1:1"
      return {}, env
    end,
    healed = function() return {}, proxied() end },
  { "the proxy's name does not exist", line = "proxy", code = 7, words = "name is not known", advice = "correct https_pr",
    broken = function()
      local env = proxied()
      env.https_proxy = "http://proxy.invalid:3128"
      return {}, env
    end,
    healed = function() return {}, proxied() end },
  { "the proxy wants a password", line = "proxy", code = 7, words = "HTTP 407", advice = "USER:PASSWORD",
    broken = function() return {}, proxied "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n" end,
    healed = function() return {}, proxied() end },
  { "pages answer", line = "api", code = 4, words = "the response is a web page", advice = "log in; else check the address",
    broken = function() return {}, sandbox_env { CREDENCO_BASE_URL = fronts.pages.url } end,
    healed = plain },
  { "the server wants a client certificate", line = "api", code = 3, advice = "%-%-client%-cert",
    broken = function() return {}, over_tls(fronts.mutual.url) end,
    healed = function()
      local client = pki.client(made, "issuing")
      return { "--client-cert", client.certificate, "--client-key", client.key }, over_tls(fronts.mutual.url)
    end },
  { "the client's certificate is missing", line = "client_cert", code = 2, advice = "name a file .*%-%-client%-cert",
    broken = function() return { "--client-cert", folder .. "/nowhere.pem" }, sandbox_env() end,
    healed = plain },
  { "the address has moved", line = "api", code = 4, words = "redirects to https://wallet%.example:443 %(HTTP 301%)",
    advice = "name that address",
    broken = function() return {}, sandbox_env { CREDENCO_BASE_URL = fronts.moved.url } end,
    healed = plain },
  { "the path is wrong", line = "api", code = 4, words = "HTTP 404", advice = "the path before /api",
    broken = function() return {}, sandbox_env { CREDENCO_BASE_URL = world.base_url .. "/wallet" } end,
    healed = plain },
  { "the server fails", line = "api", code = 4, words = "HTTP 503", advice = "try again later",
    rule = { endpoint = "status", effect = "status", status = 503 },
    call = plain },
  { "the server never answers", line = "api", code = 7, words = "no response", advice = "ask the server's operator",
    broken = function()
      misbehave { { endpoint = "status", effect = "hang" } }
      return { "--timeout", "3" }, sandbox_env()
    end,
    healed = function()
      misbehave()
      return {}, sandbox_env()
    end },
  { "this machine's clock is ten minutes fast", line = "clock", code = 4, words = "600 s ahead of the server's",
    advice = "set it", clock = true,
    broken = function() return {}, faketime.shifted("+600s", sandbox_env()) end,
    healed = plain },
  { "this machine's clock is a year slow", line = "tls", code = 7, words = "not valid before",
    advice = "set this machine's clock", clock = true,
    broken = function() return {}, faketime.shifted("-1y", over_tls(fronts.good.url)) end,
    healed = function() return {}, over_tls(fronts.good.url) end },
  { "the key is another one", line = "credentials", code = 3, words = "refused the credentials", advice = "expiry date",
    broken = function() return {}, sandbox_env { CREDENCO_API_KEY = "another" } end,
    healed = plain },
  { "the key belongs into another header", line = "credentials", code = 3, advice = "%-%-auth%-scheme bearer",
    broken = function() return {}, sandbox_env { CREDENCO_BASE_URL = fronts.bearer.url } end,
    healed = function() return { "--auth-scheme", "bearer" }, sandbox_env { CREDENCO_BASE_URL = fronts.bearer.url } end },
  { "the client's secret is another one", line = "token", code = 3, advice = "the file of its secret",
    broken = function() return {}, oauth2 { CREDENCO_CLIENT_SECRET_FILE = file_with "another" } end,
    healed = function() return {}, oauth2() end },
  { "the token URL is wrong", line = "token", code = 4, advice = "check CREDENCO_TOKEN_URL",
    broken = function() return {}, oauth2 { CREDENCO_TOKEN_URL = world.base_url .. "/token" } end,
    healed = function() return {}, oauth2() end },
  { "nobody listens at the token URL's port", line = "tokens_connection", code = 7, advice = "CREDENCO_TOKEN_URL",
    broken = function() return {}, oauth2 { CREDENCO_TOKEN_URL = "http://127.0.0.1:1/token" } end,
    healed = function() return {}, oauth2() end },
  { "the claims are no JSON", line = "claims", code = 2, advice = "one JSON object",
    broken = function() return { "--template", "ebw_oid", "--claims-json", file_with "{no" }, sandbox_env() end,
    healed = function() return { "--template", "ebw_oid", "--claims-json", company() }, sandbox_env() end },
  { "the template is unknown", line = "offer", code = 4, words = "no credential template 'ebv_oid'",
    advice = "name a template by its key",
    broken = function() return { "--template", "ebv_oid", "--claims-json", company() }, sandbox_env() end,
    healed = function() return { "--template", "ebw_oid", "--claims-json", company() }, sandbox_env() end },
  { "the template's key is none that can be sent", line = "offer", code = 2, words = "^%-%-template must be at most 255",
    advice = "name a template by its key",
    broken = function() return { "--template", ("t"):rep(256), "--claims-json", company() }, sandbox_env() end,
    healed = function() return { "--template", "ebw_oid", "--claims-json", company() }, sandbox_env() end },
  { "a claim has the wrong type", line = "offer", code = 4, words = "name", advice = "names and types",
    broken = function() return { "--template", "ebw_oid", "--claims-json", company { name = 7 } }, sandbox_env() end,
    healed = function() return { "--template", "ebw_oid", "--claims-json", company() }, sandbox_env() end },
  { "the service wants the role for an issue only", line = "offer", code = 3, advice = "role 'Issue credentials'",
    rule = { endpoint = "issue", effect = "status", status = 403 },
    call = function() return { "--template", "ebw_oid", "--claims-json", company() }, sandbox_env() end },
  { "the wallet does not trust the issuer", line = "trust", code = 4, words = "not a trusted contact",
    advice = "credenco trust %-%-wallet wallet%-%d+ %-%-did did:web:",
    broken = function() return look_at(world:new_wallet { trusts_issuer = false }) end, healed = trust },
  { "the wallet trusts the issuer without direct issue", line = "trust", code = 4, words = "without direct issue",
    advice = "credenco trust %-%-wallet wallet%-%d+ %-%-did did:web:",
    broken = function()
      return look_at(world:new_wallet { trusts_issuer = true, direct_issue_allowed = false })
    end,
    healed = trust },
  { "the issuer's DID is not given", line = "trust", state = "warning", code = 0, advice = "CREDENCO_ISSUER_DID",
    broken = function() return { "--wallet", world.trusting }, sandbox_env() end,
    healed = function() return look_at(world.trusting) end },
  { "the wallet is unknown", line = "trust", state = "warning", code = 0, words = "HTTP 404", advice = "key in %-%-wallet",
    broken = function() return look_at "nobody" end,
    healed = function() return look_at(world.trusting) end },
  { "the wallet's key is none", line = "trust", code = 2, words = "^%-%-wallet must be 1 to 255 bytes",
    advice = "external key",
    broken = function() return look_at "../wallets" end,
    healed = function() return look_at(world.trusting) end },
  { "the service does not list trusted contacts", line = "trust", state = "warning", code = 0, words = "cannot be known",
    advice = "open the wallet",
    broken = function()
      world:anonymous("PUT", "/sandbox/behaviour", { trusted_contacts = "405" })
      return look_at(world.trusting)
    end,
    healed = function()
      world:anonymous("DELETE", "/sandbox/behaviour")
      return look_at(world.trusting)
    end },
  { "nobody listens where the wallets are said to be", line = "wallets_connection", code = 7,
    advice = "port in %-%-wallet%-base%-url",
    broken = function() return { "--wallet-base-url", "http://127.0.0.1:1" }, sandbox_env() end,
    healed = function() return { "--wallet-base-url", world.base_url }, sandbox_env() end },
  { "the wallet takes other credentials", line = "trust", code = 3, advice = "%-%-wallet%-api%-key%-file",
    broken = function() return look_at(world.trusting, { "--wallet-api-key-file", file_with "another" }) end,
    healed = function() return look_at(world.trusting, { "--wallet-api-key-file", file_with(key) }) end },
}

for _, row in ipairs(FAULTS) do
  if row.rule then
    row.broken = function()
      misbehave { row.rule }
      return row.call()
    end
    row.healed = function()
      misbehave()
      return row.call()
    end
  end
end

describe("credenco doctor", function()
  setup(function()
    world, made, folder, servers = World.start(), pki.create(), files.temporary_folder(), {}
    key = world.server.api_key
  end)

  teardown(function()
    for _, server in ipairs(servers) do server:stop() end
    for _, tunnel in ipairs(tunnels) do tunnel:stop() end
    world:stop()
    pki.remove(made)
    files.remove_folder(folder)
  end)

  for _, fault in ipairs(FAULTS) do
    it("says it where " .. fault[1] .. ", and nothing else", function()
      if fault.clock and faketime.missing() then return pending(faketime.missing()) end
      doctor.try(fault)
    end)
  end

  it("shows people a line for each check, with advice below it", function()
    local outcome = program.run({ "doctor" }, sandbox_env { CREDENCO_API_KEY = "s3cret" })
    assert.matches("\n  ok       credentials: an API key %(CREDENCO_API_KEY%), sent as x%-api%-key\n", outcome.out)
    assert.matches("\n  failure  credentials accepted: [^\n]*\n           To do: check that the API key", outcome.out)
    assert.matches("\n%d+ ok, 1 failure, 3 skipped$", outcome.out:gsub("\n$", ""))
    assert.is_nil(outcome.out:find "s3cret")
  end)

  it("issues nothing", function()
    local wallet = world:new_wallet()
    local outcome = doctor.run { { "--wallet", wallet, "--did", world.server.issuer_did, "--template", "ebw_oid",
      "--claims-json", company() }, sandbox_env() }
    assert.same({ 0, {} }, { outcome.code, doctor.unwell(outcome) })
    local held = world:wallet(wallet)
    assert.same({ 0, 0, 0 }, { #held.credentials, #held.inbox, #held.discarded })
  end)
end)
