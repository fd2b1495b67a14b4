-- A mistyped option is found where it is written, not three calls later.
local credenco = require "credenco"
local options = require "credenco.base.options"

local BASE = { base_url = "https://wallet.example", api_key = "k" }

local function with(changes)
  local given = {}
  for name, value in pairs(BASE) do given[name] = value end
  for name, value in pairs(changes) do given[name] = value end
  return given
end

local function problem_of(fn, ...)
  local ok, problem = pcall(fn, ...)
  assert.is_false(ok)
  return (problem:gsub("^.-:%d+: ", ""))
end

describe("credenco.new refuses", function()
  local refused = {
    { "a name it does not know", { timeout = 1 }, "credenco.new: unknown option 'timeout', did you mean 'timeout_ms'?" },
    { "a name near to none", { zzzzzzzzzzzzzzzzzzzzzz = 1 }, "credenco.new: unknown option 'zzzzzzzzzzzzzzzzzzzzzz'" },
    { "a name that is no text", { 1 }, "credenco.new: options have names" },
    { "a wrong type", { timeout_ms = "1" }, "credenco.new: timeout_ms must be integer, not string" },
    { "a fraction", { timeout_ms = 1.5 }, "credenco.new: timeout_ms must be integer, not number" },
    { "zero milliseconds", { timeout_ms = 0 }, "credenco.new: timeout_ms must be at least 1" },
    { "more than a day", { timeout_ms = 86400001 }, "credenco.new: timeout_ms must be at most 86400000" },
    { "plain http to a public host", { base_url = "http://wallet.example" },
      "credenco.new: base_url must be https: plain http is for loopback hosts only" },
    { "a query in base_url", { base_url = "https://wallet.example/?a=1" }, "credenco.new: base_url must not have a query" },
    { "user info in base_url", { base_url = "https://u:p@wallet.example" },
      "credenco.new: base_url must be an absolute http or https URL without user info or fragment" },
    { "an international host", { base_url = "https://b\195\188cher.example" },
      "credenco.new: base_url must have an ASCII host: write an international name in its xn-- form" },
    { "a line break in the key", { api_key = "k\r\nx: y" }, "credenco.new: api_key must not hold control bytes" },
    { "an empty key", { api_key = "" }, "credenco.new: api_key must not be empty" },
    { "a line break in the user agent", { user_agent = "a\nb" }, "credenco.new: user_agent must not hold control bytes" },
    { "an unknown scheme", { auth_scheme = "basic" }, 'credenco.new: auth_scheme must be "x-api-key" or "bearer"' },
    { "an unknown transport", { transport = "curly" }, 'credenco.new: transport must be "curl", "cosocket" or a table' },
    { "a transport that cannot send", { transport = {} }, "credenco.new: transport must have a method send" },
    { "a certificate that is not there", { client_cert = "/nowhere/cert" },
      "credenco.new: client_cert cannot be opened: /nowhere/cert: No such file or directory" },
    { "a key without a certificate", { client_key = "/dev/null" },
      "credenco.new: client_cert is missing: client_key and client_key_passphrase_file are for it" },
    { "a mistyped retry option", { retry = { max_attempt = 1 } },
      "credenco.new retry: unknown option 'max_attempt', did you mean 'max_attempts'?" },
    { "no attempt at all", { retry = { max_attempts = 0 } }, "credenco.new retry: max_attempts must be at least 1" },
  }
  for _, case in ipairs(refused) do
    it(case[1], function()
      assert.equal(case[3], problem_of(credenco.new, with(case[2])))
    end)
  end

  it("a missing base_url", function()
    assert.equal("credenco.new: base_url is missing", problem_of(credenco.new, { api_key = "k" }))
  end)

  it("both kinds of credentials at once", function()
    local oauth2 = { token_url = "https://id.example/t", client_id = "i", client_secret = "s" }
    assert.truthy(problem_of(credenco.new, with { oauth2 = oauth2 }):find("give either", 1, true))
  end)

  it("a dictionary of nginx outside of it", function()
    local oauth2 = { token_url = "https://id.example/t", client_id = "i", client_secret = "s", shared_dict = "tokens" }
    assert.equal("credenco.new oauth2: shared_dict is for nginx only",
      problem_of(credenco.new, { base_url = BASE.base_url, oauth2 = oauth2 }))
  end)

  it("an oauth2 table that lacks its secret", function()
    local given = { base_url = BASE.base_url, oauth2 = { token_url = "https://id.example/t", client_id = "i" } }
    assert.equal("credenco.new oauth2: client_secret is missing", problem_of(credenco.new, given))
  end)

  it("without ever showing a value", function()
    assert.is_nil(problem_of(credenco.new, with { api_key = "s3cret\n" }):find("s3cret", 1, true))
  end)
end)

describe("credenco.new", function()
  it("leaves its argument as it is", function()
    local given = with { retry = { max_attempts = 2 } }
    credenco.new(given):close()
    assert.same(with { retry = { max_attempts = 2 } }, given)
  end)
end)

describe("the nearest known name", function()
  local known = { wallet_key = true, claims = true, template_id = true }

  it("is proposed for a slip", function()
    assert.equal("wallet_key", options.nearest("walletkey", known))
    assert.equal("template_id", options.nearest("Template_Id", known))
  end)

  it("is not proposed from afar", function()
    assert.is_nil(options.nearest("xyz", known))
  end)
end)

describe("a call refuses", function()
  local client = credenco.new { base_url = "http://127.0.0.1:1", api_key = "k" }
  local good = { wallet_key = "w", template_id = "t", claims = { a = 1 } }

  local function issue_with(changes)
    local args = {}
    for name, value in pairs(good) do args[name] = value end
    for name, value in pairs(changes) do args[name] = value end
    return problem_of(client.issue_direct, client, args)
  end

  local bad_keys = {
    ["an empty key"] = "", ["a dot"] = ".", ["two dots"] = "..", ["256 bytes"] = ("k"):rep(256),
    ["a slash"] = "a/b", ["a backslash"] = "a\\b", ["a line break"] = "a\nb", ["a NUL"] = "a\0b", ["a DEL"] = "a\127",
  }
  for name, key in pairs(bad_keys) do
    it(name .. " as wallet_key", function()
      assert.truthy(issue_with({ wallet_key = key }):find("issue_direct: wallet_key must be 1 to 255 bytes", 1, true))
    end)
  end

  it("control bytes in ids", function()
    assert.equal("issue_direct: correlation_id must not hold control bytes", issue_with { correlation_id = "a\rb" })
    assert.equal("issue_direct: template_id must not hold control bytes", issue_with { template_id = "\27" })
    assert.equal("issue_direct: correlation_id must not be empty", issue_with { correlation_id = "" })
  end)

  it("paths that could be read as something else", function()
    for _, path in ipairs { "api", "/a b", "/a\r\nb", "/a?b", "/a#b", "/\195\169" } do
      assert.truthy(problem_of(client.request, client, { path = path }):find("^request: path must"))
    end
  end)

  it("an invalid offer URI, without showing it", function()
    local problem = problem_of(client.push_offer, client, { wallet_key = "w", offer_uri = "http://a.example/s3cret" })
    assert.truthy(problem:find("^push_offer: offer_uri must be https"))
    assert.is_nil(problem:find("s3cret", 1, true))
  end)
end)

describe("transports share connections", function()
  local settings = require "credenco.base.settings"
  local OTHER = { string = "other", integer = 7, boolean = true }

  -- Clients that differ in one option may trust other certificates, or use another proxy.
  it("only when every option agrees that says how connections are made", function()
    local same, apart = settings.engine_key(settings.for_transport {}), {}
    for name, setting in pairs(settings.SPEC) do
      local changed = settings.for_transport { [name] = OTHER[setting.type] }
      if settings.engine_key(changed) ~= same then apart[#apart + 1] = name end
    end
    table.sort(apart)
    assert.same({
      "ca_file", "client_cert", "client_key", "client_key_passphrase_file", "connection_cache", "insecure_loopback", "proxy",
    }, apart)
  end)
end)
