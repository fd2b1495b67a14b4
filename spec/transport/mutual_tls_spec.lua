-- Client certificates, for servers that require one, over both transports.
local credenco = require "credenco"
local files = require "spec.support.files"
local Nginx = require "spec.support.nginx"
local Pki = require "spec.support.pki"
local worker = require "spec.nginx.worker"

local PASSPHRASE = "s3cret pass phrase"

-- The subject of the certificate comes back in the status, as a revocation_uuid.
local ISSUER = [[
  ssl_client_certificate %s;
  ssl_verify_client %s;
  keepalive_requests %d;
  default_type application/json;
  location = /token { return 200 '{"access_token":"$ssl_client_s_dn","token_type":"Bearer"}'; }
  location /api/v2/issue/ {
    return 200 '{"status":"issue_completed","revocation_uuid":"<$ssl_client_s_dn> $http_authorization."}';
  }
]]

local WALLET = [[
  ssl_verify_client optional_no_ca;
  location / { if ($ssl_client_verify != NONE) { return 418; } return 201; }
]]

describe("mutual TLS", function()
  local made, issuer, wallet, first, second, locked, passphrase_file, inside

  local function combined(path, pair)
    files.write(path, files.read(pair.certificate) .. files.read(pair.key))
    return path
  end

  setup(function()
    made = Pki.create()
    first, second = Pki.client(made, "first"), Pki.client(made, "second")
    locked, passphrase_file = Pki.lock(first.key, PASSPHRASE), made.folder .. "/pass phrase"
    files.write(passphrase_file, PASSPHRASE .. "\n")
    issuer = Nginx.start { tls = made.leaf, server = ISSUER:format(made.authority, "on", 1000) }
    wallet = Nginx.start { tls = made.leaf, server = WALLET }
    inside = worker.start { http = ("lua_ssl_trusted_certificate %s; lua_ssl_verify_depth 3;"):format(made.authority) }
  end)
  teardown(function()
    inside:stop()
    wallet:stop()
    issuer:stop()
    Pki.remove(made)
  end)

  local function options_with(changes)
    local options = {
      base_url = issuer.url, wallet_base_url = wallet.url, ca_file = made.authority, api_key = "k", proxy = "",
      retry = { max_attempts = 1 },
    }
    for name, value in pairs(changes) do options[name] = value end
    return options
  end

  -- Whose certificate the issuer saw; or the error.
  local function seen(changes)
    local client = credenco.new(options_with(changes))
    local status, err = client:issue_status "1"
    client:close()
    return status and status.revocation_uuid:match "^<(%S+)>", err
  end

  for name, ways in pairs {
    ["a certificate and its key"] = function() return { client_cert = first.certificate, client_key = first.key } end,
    ["both from one file"] = function() return { client_cert = combined(made.folder .. "/both", first) } end,
    ["a key that a pass phrase unlocks"] = function()
      return { client_cert = first.certificate, client_key = locked, client_key_passphrase_file = passphrase_file }
    end,
  } do
    it("shows " .. name, function() assert.equal("CN=first", (seen(ways()))) end)
  end

  it("is refused without a certificate", function()
    local _, err = seen {}
    assert.same({ "rejected", 400 }, { err.code, err.http_status })
  end)

  it("shows it to the token endpoint too, and to no other origin", function()
    local client = credenco.new(options_with {
      api_key = false or nil, client_cert = first.certificate, client_key = first.key,
    })
    assert(client:push_offer { wallet_key = "w", offer_uri = "https://issuer.example/o" })
    client:close()
    local oauth2 = { token_url = issuer.url:gsub("127.0.0.1", "localhost") .. "/token", client_id = "i", client_secret = "s" }
    local options = options_with { client_cert = first.certificate, client_key = first.key, oauth2 = oauth2 }
    options.api_key = nil
    client = credenco.new(options)
    assert.equal("<CN=first> Bearer CN=first.", assert(client:issue_status "1").revocation_uuid)
    client:close()
  end)

  it("fails before anything is sent with a wrong passphrase, and does not show it or ask for another", function()
    files.write(made.folder .. "/wrong", "wr0ng")
    for _, changes in ipairs { { client_key_passphrase_file = made.folder .. "/wrong" }, {} } do
      changes.client_cert, changes.client_key = first.certificate, locked
      local _, err = seen(changes)
      assert.same({ "tls_failed", "no" }, { err.code, err.sent })
      assert.is_nil(tostring(err):find("wr0ng", 1, true))
    end
  end)

  -- A session that is resumed would have the certificate that it began with.
  it("uses the current files, on each new connection", function()
    local sessions = "ssl_session_cache shared:sessions:1m; ssl_session_tickets on;"
    local once = Nginx.start { tls = made.leaf, http = sessions, server = ISSUER:format(made.authority, "on", 1) }
    local path = combined(made.folder .. "/current", first)
    local client = credenco.new(options_with { base_url = once.url, client_cert = path })
    local names = { assert(client:issue_status "1").revocation_uuid:match "^<(%S+)>" }
    combined(path, second)
    names[2] = assert(client:issue_status "1").revocation_uuid:match "^<(%S+)>"
    client:close()
    once:stop()
    assert.same({ "CN=first", "CN=second" }, names)
  end)

  -- nginx ---------------------------------------------------------------------------------

  -- The name that the server sees for each client, one after the other in one worker.
  local function seen_inside(list)
    return inside:run([[
      local seen = {}
      for i, options in ipairs(...) do
        local ok, client = pcall(require("credenco").new, options)
        local status, err
        if ok then status, err = client:issue_status "1" end
        seen[i] = not ok and client or status and status.revocation_uuid:match "^<(%S*)>" or tostring(err)
      end
      return seen
    ]], list)
  end

  local function inside_options(transport, changes)
    local options = options_with(changes)
    options.transport, options.base_url = transport, options.base_url:gsub("127.0.0.1", "localhost")
    if transport == "cosocket" then options.ca_file, options.proxy = nil, nil end
    return options
  end

  for _, transport in ipairs { "curl", "cosocket" } do
    it("shares no connection between clients with different certificates, inside nginx over " .. transport, function()
      local any = Nginx.start { tls = made.leaf, server = ISSUER:format(made.authority, "optional", 1000) }
      local list = {}
      for i, changes in ipairs {
        { client_cert = first.certificate, client_key = first.key }, {},
        { client_cert = combined(made.folder .. "/both", second) },
      } do
        changes.base_url = any.url
        list[i] = inside_options(transport, changes)
      end
      local outcome = seen_inside(list)
      any:stop()
      assert.same({ "CN=first", "", "CN=second" }, outcome)
    end)
  end

  it("over cosockets refuses unsupported options by name", function()
    local said = seen_inside {
      inside_options("cosocket", {
        client_cert = first.certificate, client_key = locked, client_key_passphrase_file = passphrase_file,
      }),
      inside_options("cosocket", { client_cert = first.certificate, client_key = locked }),
    }
    assert.matches("transport 'cosocket' has no client_key_passphrase_file: give a client_key without", said[1])
    assert.matches("client_key: .*first%.key%.locked has a pass phrase%).*%[tls_failed", said[2])
  end)
end)
