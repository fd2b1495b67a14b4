-- Profiles: which settings they give, in which order, and which files are refused.
local cjson = require "cjson"
local files = require "spec.support.files"
local Misbehaving = require "spec.support.misbehaving"
local program = require "spec.cli.program"
local uv = require "luv"

local SECRET = "top-secret-key"

describe("a profile", function()
  local server = Misbehaving.use()
  local folder, config

  before_each(function()
    folder = files.temporary_folder()
    assert(uv.fs_mkdir(folder .. "/credenco", 448))
    config = folder .. "/credenco/config"
    files.write(folder .. "/credenco/acc.key", SECRET .. "\n")
  end)
  after_each(function() files.remove_folder(folder) end)

  local function write(text, mode)
    files.write(config, text)
    assert(uv.fs_chmod(config, mode or 384))
  end

  local function run(arguments, env, stdin)
    local environment = { XDG_CONFIG_HOME = folder, HOME = folder .. "/home" }
    for name, value in pairs(env or {}) do environment[name] = value end
    return program.run(arguments, environment, stdin)
  end

  it("is chosen by --profile, then CREDENCO_PROFILE, then is [default]", function()
    local scenarios, text = {}, ""
    for _, name in ipairs { "acc", "test", "default" } do
      scenarios[name] = server:scenario()
      text = text .. ("[%s]\nbase_url = %s\napi_key_file = acc.key\n"):format(name, scenarios[name].url)
    end
    write(text)
    run({ "status", "flag", "--profile", "acc" }, { CREDENCO_PROFILE = "test" })
    run({ "status", "variable" }, { CREDENCO_PROFILE = "test" })
    run({ "status", "none" }, { CREDENCO_PROFILE = "" })
    for name, scenario in pairs(scenarios) do assert.equal(1, #scenario.requests(), name) end
    assert.equal(SECRET, scenarios.acc.requests()[1].headers["x-api-key"])
  end)

  it("gives the settings that neither a flag nor the environment has", function()
    local scenario, other = server:scenario(), server:scenario()
    write("[acc]\nbase_url = " .. scenario.url .. "\napi_key_command = printf '%s' profile-key\nauth_scheme = bearer\n")
    local function key(arguments, env)
      local words, environment = { "status", "id" }, { CREDENCO_PROFILE = "acc" }
      for _, word in ipairs(arguments) do words[#words + 1] = word end
      for name, value in pairs(env or {}) do environment[name] = value end
      local before = #scenario.requests()
      local done = run(words, environment)
      assert.equal(0, done.code, done.err)
      return scenario.requests()[before + 1].headers
    end
    assert.equal("Bearer profile-key", key({}).authorization)
    assert.equal("Bearer of-environment", key({}, { CREDENCO_API_KEY = "of-environment" }).authorization)
    local flags = key({ "--api-key-file", folder .. "/credenco/acc.key", "--auth-scheme", "x-api-key" },
      { CREDENCO_API_KEY = "of-environment" })
    assert.same({ SECRET, nil }, { flags["x-api-key"], flags.authorization })
    run({ "status", "id" }, { CREDENCO_PROFILE = "acc", CREDENCO_BASE_URL = other.url })
    run({ "status", "id", "--profile", "acc", "--base-url", other.url })
    assert.equal(2, #other.requests())
  end)

  it("comes before the environment when --profile names it; a flag comes before both", function()
    local scenario, other = server:scenario(), server:scenario()
    write("[acc]\nbase_url = " .. scenario.url .. "\napi_key_file = acc.key\nscope = of-profile\n")
    local env = { CREDENCO_PROFILE = "none", CREDENCO_BASE_URL = other.url, CREDENCO_API_KEY = "of-environment",
      CREDENCO_CLIENT_ID = "also there", CREDENCO_AUDIENCE = "of-environment" }
    assert.equal(0, run({ "status", "id", "--profile", "acc" }, env).code)
    assert.equal(SECRET, scenario.requests()[1].headers["x-api-key"])
    assert.equal(0, run({ "status", "id", "--profile", "acc", "--base-url", other.url }, env).code)
    assert.equal(SECRET, other.requests()[1].headers["x-api-key"])
    local shown = run({ "config", "--profile", "acc", "--scope", "of-flag" }, env).out
    for _, line in ipairs { "base_url: " .. scenario.url .. " (base_url in [acc])", "scope: of-flag (--scope)",
      "audience: of-environment (CREDENCO_AUDIENCE)", "credentials: api_key_file in [acc]" } do
      assert.truthy(shown:find(line .. "\n", 1, true), line .. "\n" .. shown)
    end
  end)

  it("names the journal, relative to the directory of the configuration file", function()
    local scenario = server:scenario()
    write("[acc]\nbase_url = " .. scenario.url .. "\napi_key_file = acc.key\njournal = acc.journal\n")
    files.write(folder .. "/in.csv", "coc_number,wallet,legal_name\n12345678,w,A\n")
    local done = run({ "run", "spec/pipeline/company.lua", folder .. "/in.csv" }, { CREDENCO_PROFILE = "acc" })
    assert.equal(0, done.code, done.err)
    local place = folder .. "/credenco/acc.journal"
    assert.truthy(uv.fs_stat(place))
    for _, words in ipairs { { "report" }, { "confirm" }, { "metrics" }, { "retry" }, { "explain", "12345678" } } do
      words[#words + 1], words[#words + 2] = "--profile", "acc"
      done = run(words, { CREDENCO_JOURNAL = folder .. "/other" })
      assert.same({ 0, "" }, { done.code, done.err }, words[1])
    end
    assert.equal(9, run({ "report" }, { CREDENCO_PROFILE = "acc", CREDENCO_JOURNAL = folder .. "/other" }).code)
    assert.equal(9, run({ "report", "--profile", "acc", "--journal", folder .. "/other" }).code)
    done = run({ "config", "--profile", "acc" })
    assert.truthy(done.out:find("journal: " .. place .. " (journal in [acc])\n", 1, true), done.out)
    assert.matches("journal +as %-%-journal\n", run({ "config", "--help" }).out)
    done = run({ "doctor", "--profile", "acc", "--json" })
    assert.truthy(done.out:find(place, 1, true), done.out)
  end)

  it("leaves a journal's URL as it is, and holds no password", function()
    write "[acc]\njournal = postgres://u@127.0.0.1:1/db\n[test]\njournal = postgres://u:top-secret@127.0.0.1:1/db\n"
    assert.matches("\njournal: postgres://u@127%.0%.0%.1:1/db %(", run({ "config", "--profile", "acc" }).out)
    local done = run { "report", "--profile", "test" }
    assert.equal(2, done.code)
    assert.matches("journal in %[test%]: a configuration file must not hold a password", done.err)
    local shown = run({ "config" }, { CREDENCO_JOURNAL = "postgres://u:top-secret@127.0.0.1:1/db" })
    assert.matches("\njournal: postgres://u@127%.0%.0%.1:1/db %(CREDENCO_JOURNAL%)", shown.out)
    assert.is_nil((done.err .. shown.out):find("top-secret", 1, true))
  end)

  it("has an OAuth2 client, whose secret comes from a command", function()
    local scenario = server:scenario()
    write(("[acc]\nbase_url = %s\ntoken_url = %s/token\nclient_id = me\nclient_secret_command = echo s3cret\n"):format(
      scenario.url, scenario.url))
    assert.equal(0, run({ "status", "id", "--profile", "acc" }).code)
    assert.matches("client_id=me&client_secret=s3cret", scenario.requests("token")[1].body)
  end)

  -- the file, the arguments, what is said
  local REFUSED = {
    ["an unknown setting"] = { "[acc]\n\nbse_url = x\n", "line 3: unknown setting bse_url in [acc]: did you mean base_url?" },
    ["a secret"] = { "[acc]\napi_key = " .. SECRET .. "\n", "a secret is named by its file or command: api_key_file or" },
    ["a line that is none"] = { "[acc]\n" .. SECRET .. "\n", "line 2: [NAME] or name = value expected" },
    ["a setting before the first section"] = { "base_url = x\n", "line 1: base_url comes before the first [NAME]" },
    ["a setting twice"] = { "[acc]\nscope = a\nscope = b\n", "line 3: scope occurs twice" },
    ["a section twice"] = { "[acc]\n[test]\n[acc]\n", "line 3: [acc] occurs twice" },
    ["a profile that is not there"] = { "[act]\n[test]\n", "--profile: there is no profile [acc] in " },
    ["production that is neither"] = { "[acc]\nproduction = perhaps\n", "line 2: production is yes or no" },
    ["a value that is none"] = { "[acc]\nbase_url = wallet\n", "base_url in [acc] must be an absolute http" },
    ["a time that is none"] = { "[acc]\ntimeout = soon\n", "timeout in [acc]: a number of seconds" },
    ["a command that fails"] = { "[acc]\napi_key_command = echo " .. SECRET .. "; exit 3\n",
      "api_key_command in [acc]: the command ended with 3" },
    ["a command that prints what no header may hold"] = { "[acc]\napi_key_command = printf 'a\\001b'\n",
      "api_key_command in [acc]: the output of the command must not hold control bytes" },
    ["a command that says nothing"] = { "[acc]\napi_key_command = true\n",
      "api_key_command in [acc]: the command has to print one line" },
    ["both kinds of credentials"] = { "[acc]\napi_key_file = a\nclient_id = b\n",
      "the profile holds an API key and an OAuth2 client" },
    ["a key file that is not there"] = { "[acc]\napi_key_file = none.key\n", "api_key_file in [acc]: cannot open " },
  }
  for what, case in pairs(REFUSED) do
    it("is refused, and nothing is sent: " .. what, function()
      local scenario = server:scenario()
      write(case[1])
      local env = not case[1]:find "api_key" and { CREDENCO_API_KEY = "k" } or {}
      if not case[1]:find "base_url" then env.CREDENCO_BASE_URL = scenario.url end
      local done = run({ "status", "id", "--profile", "acc" }, env)
      assert.equal(2, done.code, done.err)
      assert.truthy(done.err:find(case[2], 1, true), done.err)
      assert.is_nil(done.err:find(SECRET, 1, true), done.err)
      assert.equal(0, #scenario.requests())
    end)
  end

  it("leaves standard input to the program, when a secret comes from a command that reads it", function()
    local scenario = server:scenario()
    write(("[default]\nbase_url = %s\napi_key_command = cat >/dev/null; echo %s\n"):format(scenario.url, SECRET))
    local done = run({ "issue", "--wallet", "w", "--template", "t", "--claims-json", "-" }, {}, '{"a":"b"}')
    assert.equal(0, done.code, done.err)
    assert.same({ a = "b" }, cjson.decode(scenario.requests("create")[1].body).claims)
  end)

  it("runs the command for a secret again when the server refuses what it printed, once", function()
    local unauthorized = { act = "answer", status = 401, body = "" }
    local keys = folder .. "/keys"
    write("[default]\napi_key_command = echo x >>" .. keys .. "; echo key-$(grep -c x " .. keys .. ")\n")
    local scenario = server:scenario { status = { unauthorized, "proper" } }
    local done = run({ "status", "id" }, { CREDENCO_BASE_URL = scenario.url })
    assert.equal(0, done.code, done.err)
    assert.same({ "key-1", "key-2" }, { scenario.requests()[1].headers["x-api-key"],
      scenario.requests()[2].headers["x-api-key"] })
    write("[default]\napi_key_command = echo x >>" .. keys .. "; echo same\n")
    files.write(keys, "")
    scenario = server:scenario { status = { unauthorized } }
    assert.equal(3, run({ "status", "id" }, { CREDENCO_BASE_URL = scenario.url }).code)
    assert.equal("x\nx\n", files.read(keys))
  end)

  it("is looked for in no relative directory, and nowhere without HOME", function()
    local function said(words, env)
      return program.run_command("/bin/sh", { "-c", ("cd %s/here && exec %s %s/bin/credenco %s"):format(folder,
        uv.exepath(), uv.cwd(), table.concat(words, " ")) }, env)
    end
    assert(uv.fs_mkdir(folder .. "/here", 448))
    assert(uv.fs_mkdir(folder .. "/here/credenco", 448))
    files.write(folder .. "/here/credenco/config", "[acc]\nbase_url = https://relative.test\n")
    local done = said({ "config", "--profile", "acc" }, { XDG_CONFIG_HOME = "." , HOME = folder .. "/home" })
    assert.equal(2, done.code)
    assert.truthy(done.err:find("there is no profile [acc] in " .. folder .. "/home/.config/credenco/config", 1, true))
    done = said({ "config" }, { XDG_CONFIG_HOME = "", HOME = "" })
    assert.same({ 0, "profile: none, since HOME is not set" }, { done.code, done.out:match "^[^\n]+" })
    done = said({ "config", "--profile", "acc" }, { XDG_CONFIG_HOME = "", HOME = "" })
    assert.same({ 2, "credenco: --profile: there is no profile [acc], since HOME is not set\n" }, { done.code, done.err })
    write "[acc]\nca_file = ~/ca.pem\n"
    done = said({ "config", "--profile", "acc" }, { XDG_CONFIG_HOME = folder, HOME = "" })
    assert.same({ 2, "credenco: ca_file in [acc]: HOME is not set, so there is no ~/\n" }, { done.code, done.err })
  end)

  it("names a near one, or those that are there", function()
    write "[acceptance]\n[prod]\n"
    assert.matches("did you mean prod%?", run({ "status", "id", "--profile", "prd" }).err)
    assert.matches("; there are acceptance, prod", run({ "status", "id", "--profile", "something-else" }).err)
  end)

  it("is not for others when it names a secret", function()
    for _, mode in ipairs { 416, 388, 400 } do -- 0640, 0604, 0620
      write("[test]\nbase_url = https://wallet.test\n[acc]\napi_key_file = acc.key\n", mode)
      local done = run { "config" }
      assert.equal(2, done.code)
      assert.truthy(done.err:find("others can read or change it: chmod 600 " .. config, 1, true), done.err)
    end
    write("[acc]\nbase_url = https://wallet.test\n", 420)
    assert.equal(0, run({ "config", "--profile", "acc" }).code)
  end)

  it("is shown with the source of each value, and without secrets", function()
    write "[acc]\nbase_url = https://acc.test\napi_key_command = echo top-secret\nca_file = ~/ca.pem\nproduction = yes\n"
    local done = run({ "config", "--profile", "acc", "--scope", "issue" }, { CREDENCO_AUDIENCE = "api" })
    assert.equal(0, done.code, done.err)
    for _, line in ipairs {
      "profile: acc (--profile), production, in " .. config,
      "base_url: https://acc.test (base_url in [acc])", "scope: issue (--scope)", "audience: api (CREDENCO_AUDIENCE)",
      "ca_file: " .. folder .. "/home/ca.pem (ca_file in [acc])", "timeout: 30 (the default)",
      "api_key_command: (set, not shown) (api_key_command in [acc])", "credentials: api_key_command in [acc]",
    } do
      assert.truthy(done.out:find(line .. "\n", 1, true), line .. "\n" .. done.out)
    end
    local outcome = run({ "config", "--json" }, { CREDENCO_API_KEY = "top-secret", CREDENCO_PROFILE = "acc" })
    local fields = cjson.decode(outcome.out)
    assert.same({ "acc", true, "CREDENCO_API_KEY" }, { fields.profile, fields.production, fields.credentials })
    assert.same({ name = "api_key", value = "(set, not shown)", source = "CREDENCO_API_KEY" }, fields.settings[1])
    assert.is_nil((done.out .. outcome.out):find("top-secret", 1, true))
    local shown = run({ "config" }, { CREDENCO_BASE_URL = "https://me:top-secret@acc.test/x@y" }).out
    assert.truthy(shown:find("base_url: https://...@acc.test/x@y (CREDENCO_BASE_URL)\n", 1, true), shown)
  end)

  it("does not exist without a file", function()
    local done = run { "config" }
    assert.same({ 0, "profile: none, in " .. config }, { done.code, done.out:match "^[^\n]+" })
    assert.matches("there is no profile %[acc%]", run({ "config", "--profile", "acc" }).err)
  end)

  describe("that is marked production", function()
    local scenario, source

    before_each(function()
      scenario = server:scenario()
      write("[prod]\nproduction = yes\nbase_url = " .. scenario.url .. "\napi_key_file = acc.key\n")
      source = folder .. "/in.csv"
      files.write(source, "coc_number,wallet,legal_name\n12345678,w,A\n87654321,w,B\n")
    end)

    local RUN = { "run", "spec/pipeline/company.lua" }
    local function words(...)
      local all = { RUN[1], RUN[2], source, "--profile", "prod", "--journal", folder .. "/j" }
      for _, word in ipairs { ... } do all[#all + 1] = word end
      return all
    end

    it("does not begin if nobody can be asked, unless --yes is given", function()
      files.write(folder .. "/prom", "# HELP credenco_of_the_last_run")
      local done = run(words("--metrics", folder .. "/prom"))
      assert.equal(2, done.code)
      assert.equal("# HELP credenco_of_the_last_run", files.read(folder .. "/prom"))
      assert.matches("%[prod%] is marked production, and credenco cannot ask you without a terminal: give %-%-yes", done.err)
      assert.equal(0, #scenario.requests())
      assert.is_nil(uv.fs_stat(folder .. "/j"))
      assert.equal(0, run(words "--yes").code)
      assert.equal(2, #scenario.requests "push")
    end)

    local function on_terminal(answer, piped)
      local arguments = words()
      if piped then arguments[3] = "/dev/stdin" end
      local line = ("%s bin/credenco %s"):format(uv.exepath(), table.concat(arguments, " "))
      if piped then line = ("cat %s | %s"):format(source, line) end
      return program.run_command("/usr/bin/script", { "-qec", line, "/dev/null" }, { XDG_CONFIG_HOME = folder }, answer)
    end

    it("says what it is about to do, and asks on a terminal", function()
      local done = on_terminal "n\n"
      assert.equal(130, done.code, done.out)
      assert.matches("production: issues 2 records of .*/in%.csv", done.out)
      assert.truthy(done.out:find("at        " .. scenario.url, 1, true), done.out)
      assert.matches("template  %S+", done.out)
      assert.matches("not begun; nothing was sent", done.out)
      assert.equal(0, #scenario.requests())
      done = on_terminal "y\n"
      assert.equal(0, done.code, done.out)
      assert.equal(2, #scenario.requests "push")
    end)

    it("does not read what comes through a pipe to count it", function()
      local done = on_terminal("y\n", true)
      assert.equal(0, done.code, done.out)
      assert.matches("production: issues the records of /dev/stdin", done.out)
      assert.equal(2, #scenario.requests "push")
    end)
  end)
end)
