-- Messages of a program that is called wrongly, or asked about itself. Nothing here talks to a server.
local cjson = require "cjson"
local commands = require "credenco.cli.commands"
local credenco = require "credenco"
local files = require "spec.support.files"
local parser = require "credenco.cli.parser"
local program = require "spec.cli.program"

local SECRET = "very-secret-value"

describe("the program called wrongly", function()
  local folder

  setup(function() folder = files.temporary_folder() end)
  teardown(function() files.remove_folder(folder) end)

  local function file(name, content)
    files.write(folder .. "/" .. name, content)
    return folder .. "/" .. name
  end

  local ISSUE = { "issue", "--wallet", "w", "--template", "t" }

  local function issue(...)
    local arguments = { (table.unpack or unpack)(ISSUE) }
    for _, argument in ipairs { ... } do
      arguments[#arguments + 1] = argument
    end
    return arguments
  end

  -- name -> arguments, part of the message, standard input
  local function cases()
    return {
      ["without a command"] = { {}, "a command is required" },
      ["with an unknown command"] = { { "frobnicate" }, "unknown command 'frobnicate'" },
      ["with an unknown option"] = { issue "--frob", "unknown option '--frob'" },
      ["without the wallet"] = { { "issue", "--template", "t" }, "missing option '--wallet'" },
      ["with two wallets"] = { issue("--wallet", "v"), "option '--wallet' must be used" },
      ["without the DID"] = { { "trust", "--wallet", "w", "--name", "n" }, "missing option '--did'" },
      ["with the API key as an argument"] = { issue("--api-key=" .. SECRET), "use CREDENCO_API_KEY or --api-key-file" },
      ["with the client's secret as an argument"] = {
        issue("--client-secret", SECRET), "use --client-secret-file",
      },
      ["with a request URI in place of the offer's"] = {
        { "push", "--wallet", "w" }, "`credenco offer-uri` extracts the offer's URI from it",
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2F" .. SECRET,
      },
      ["with the offer as an argument"] = { { "push", "--wallet", "w", SECRET }, "too many arguments" },
      ["with a claim without a name"] = { issue("--claim", SECRET), "--claim number 1: NAME=VALUE expected" },
      ["with a claim twice"] = { issue("--claim", "a=" .. SECRET, "--claim", "a=2"), 'the claim "a" is given twice' },
      ["with a claim in both places"] = {
        issue("--claim", "a=" .. SECRET, "--claims-json", "-"), 'the claim "a" is given twice', '{"a":1}',
      },
      ["with claims that are no JSON"] = {
        issue("--claims-json", "-"), "--claims-json: line 1, column 7: not a JSON value", '{"a": ' .. SECRET .. "}",
      },
      ["with claims that are no object"] = {
        issue("--claims-json", "-"), "--claims-json: a JSON object expected", '["' .. SECRET .. '"]',
      },
      ["with claims no double can hold"] = {
        issue("--claims-json", "-"), "cannot be held exactly", '{"a":9007199254740993}',
      },
      ["with claims that are too long"] = {
        issue("--claims-json", "-"), "longer than 1048576 bytes", (" "):rep(1048577),
      },
      ["with claims from two files"] = {
        issue("--claims-json", "a", "--claims-json", "b"), "option '--claims-json' must be used at most 1 time",
      },
      ["with claims that are not there"] = {
        issue("--claims-json", folder .. "/nothing"), "cannot open " .. folder .. "/nothing",
      },
      ["with claims from a folder"] = { issue("--claims-json", folder), "cannot read " .. folder .. ": Is a directory" },
      ["with an empty key file"] = {
        issue("--api-key-file", file("empty", "\n")), "/empty holds nothing",
      },
      ["with a key file of two lines"] = {
        issue("--api-key-file", file("two", SECRET .. "\n" .. SECRET)), "/two holds more than one line",
      },
      ["with standard input wanted twice"] = {
        issue("--api-key-file", "-", "--claims-json", "-"), "standard input can be read only once", SECRET,
      },
      ["with an empty offer"] = { { "push", "--wallet", "w" }, "standard input holds nothing" },
      ["with half an OAuth2 client"] = { issue("--client-id", "c"), "--client-secret-file is missing" },
      ["with two kinds of credentials"] = {
        issue("--api-key-file", "k", "--client-id", "c"), "exclude each other",
      },
      ["with a time that is none"] = { issue("--timeout", "soon"), "--timeout: a number of seconds" },
      ["with no time at all"] = { issue("--timeout", "0"), "--timeout: a number of seconds" },
      ["with more than a day of time"] = { issue("--timeout", "86401"), "--timeout: a number of seconds" },
      ["with a wallet key that leads elsewhere"] = {
        { "issue", "--wallet", "../admin", "--template", "t" }, "credenco: --wallet must be",
      },
      ["with a variable that is not set"] = {
        { "issue", "--wallet", "", "--template", "t" }, "credenco: --wallet is empty: is the variable set",
      },
      ["with a template's variable that is not set"] = {
        { "issue", "--wallet", "w", "--template", "" }, "credenco: --template is empty: is the variable set",
      },
      ["with an id's variable that is not set"] = { { "status", "" }, "credenco: the correlation id is empty" },
      ["with a base URL that is none"] = { issue("--base-url", "wallet"), "credenco: --base-url must be an absolute" },
      ["with such a one of the wallets"] = { issue("--wallet-base-url", "wallet"), "credenco: --wallet-base-url must be" },
      ["with a base URL that is none, of a pipeline"] = {
        { "run", "spec/pipeline/company.lua", "x.csv", "--base-url", "wallet" }, "credenco: --base-url must be an absolute",
      },
      ["with a wallet to probe that leads elsewhere"] = {
        { "probe", "--wallet", "../admin", "--template", "t" }, "credenco: --wallet must be",
      },
      ["with a template to probe that is too long"] = {
        { "probe", "--wallet", "w", "--template", ("t"):rep(256) }, "credenco: --template must be at most 255 bytes",
      },
      ["with a wait that is no number of seconds"] = {
        { "probe", "--wallet", "w", "--template", "t", "--wait", "0x10" }, "--wait: a number of seconds",
      },
      ["with a port that is none"] = { { "sandbox", "--port", "http" }, "--port: a number from 0 to 65535" },
      ["with a port too far"] = { { "sandbox", "--port", "65536" }, "--port: a number from 0 to 65535" },
      ["with a sandbox for everybody"] = { { "sandbox", "--host", "0.0.0.0" }, "must be a loopback address" },
    }
  end

  local ENVIRONMENT = { CREDENCO_BASE_URL = "http://127.0.0.1:1", CREDENCO_API_KEY = SECRET }

  it("names the problem, repeats no value, and ends with 2", function()
    for name, case in pairs(cases()) do
      local outcome = program.run(case[1], ENVIRONMENT, case[3])
      assert.equal(2, outcome.code, name .. ": " .. outcome.err)
      assert.equal("", outcome.out, name)
      assert.is_truthy(outcome.err:find("^credenco: "), name .. ": " .. outcome.err)
      assert.is_truthy(outcome.err:find(case[2], 1, true), name .. ": " .. outcome.err)
      assert.is_nil(outcome.err:find(SECRET, 1, true), name .. ": " .. outcome.err)
    end
  end)

  -- The arguments that a command needs, besides the option that is tried.
  local function needed(made, tried)
    local argv = {}
    for _, option in ipairs(made._options) do
      if option ~= tried and option._mincount > 0 then
        argv[#argv + 1], argv[#argv + 2] = option._name, option._choices and option._choices[1] or "x"
      end
    end
    for _, argument in ipairs(made._arguments) do
      local value = argument == tried and "" or argument._choices and argument._choices[1] or "x"
      if argument == tried or argument._minargs > 0 then argv[#argv + 1] = value end
    end
    return argv
  end

  it("refuses every value that is empty, as of a variable that is not set", function()
    for _, name in ipairs(commands.NAMES) do
      local command = commands.load(name)
      local made = parser.of(name, command)
      local function refused(tried, more)
        local argv = needed(made, tried)
        for _, word in ipairs(more) do argv[#argv + 1] = word end
        local ok, problem = pcall(parser.parse, name, command, argv)
        assert.is_false(ok, name .. " " .. tried._name)
        assert.matches(tried._choices and "must be one of" or " is empty: is the variable set that it comes from%?",
          tostring(problem), name .. " " .. tried._name)
      end
      for _, option in ipairs(made._options) do
        if option._minargs > 0 and option._maxcount == 1 then refused(option, { option._name, "" }) end
      end
      for _, argument in ipairs(made._arguments) do refused(argument, {}) end
    end
  end)

  it("names the variable that a setting came from", function()
    for variable, name in pairs { CREDENCO_BASE_URL = "CREDENCO_BASE_URL", CREDENCO_CA_FILE = "CREDENCO_CA_FILE" } do
      local environment = { CREDENCO_API_KEY = SECRET, CREDENCO_BASE_URL = "http://127.0.0.1:1" }
      environment[variable] = "wall\net"
      local outcome = program.run(issue(), environment)
      assert.equal(2, outcome.code)
      assert.matches("^credenco: " .. name .. " must", outcome.err)
    end
  end)

  it("says it in JSON to programs", function()
    local outcome = program.run({ "issue", "--json" }, ENVIRONMENT)
    assert.equal(2, outcome.code)
    assert.same({ error = { code = "usage", message = "missing option '--wallet'" } }, cjson.decode(outcome.err))
  end)

  it("asks for credentials before it sends anything", function()
    local outcome = program.run(issue(), { CREDENCO_BASE_URL = "http://127.0.0.1:1", CREDENCO_API_KEY = "" })
    assert.equal(2, outcome.code)
    assert.matches("no credentials: set CREDENCO_API_KEY", outcome.err)
  end)

  it("does not choose between two kinds of credentials in the environment", function()
    local outcome = program.run(issue(), {
      CREDENCO_API_KEY = SECRET, CREDENCO_CLIENT_ID = "c", CREDENCO_TOKEN_URL = "http://127.0.0.1:1/t",
      CREDENCO_CLIENT_SECRET_FILE = file("secret", SECRET),
    })
    assert.equal(2, outcome.code)
    assert.matches("unset one, or choose with a flag", outcome.err)
  end)
end)

describe("the program's description of itself", function()
  it("tells its version", function()
    local engine = jit and jit.version or _VERSION
    local outcome = program.run { "version" }
    assert.same({ 0, ("credenco %s (%s)\n"):format(credenco._VERSION, engine), "" },
      { outcome.code, outcome.out, outcome.err })
    assert.same({ version = credenco._VERSION, engine = engine },
      cjson.decode(program.run({ "version", "--json" }).out))
  end)

  it("knows how to ask other programs", function()
    assert.same(program.run { "version" }, program.run { "--version" })
    assert.same(program.run { "version" }, program.run { "-V" })
    assert.same(program.run { "--help" }, program.run { "help" })
    assert.same(program.run { "run", "--help" }, program.run { "help", "run" })
    assert.matches("unknown command 'frobnicate'", program.run({ "help", "frobnicate" }).err)
  end)

  it("says that its help cannot be written", function()
    for _, line in ipairs { "--help", "issue --help", "help run", "claims --help" } do
      local shell = ("%s bin/credenco %s >/dev/full"):format(require("luv").exepath(), line)
      local outcome = program.run_command("/bin/sh", { "-c", shell })
      assert.same({ 1, "credenco: cannot write the result: No space left on device\n" }, { outcome.code, outcome.err })
    end
  end)

  it("names the units of times and rates", function()
    for _, command in ipairs { "run", "work" } do
      local out = program.run({ command, "--help" }).out
      assert.matches("%-%-timeout SECONDS +Deadline for each call, with its repeats %(default: 30%)", out)
      assert.matches("%-%-rate without a unit is per second: 50 means 50/s", out)
    end
    assert.matches("Deadline for the whole command", program.run({ "issue", "--help" }).out)
  end)

  it("runs through a link to it", function()
    local folder = files.temporary_folder()
    local uv = require "luv"
    assert(uv.fs_symlink(uv.cwd() .. "/script/credenco", folder .. "/credenco"))
    local outcome = program.run_command(folder .. "/credenco", { "version" }, { CREDENCO_BUILD = jit and "luajit" or "lua54" })
    files.remove_folder(folder)
    assert.matches("^credenco %d", outcome.out .. outcome.err)
  end)

  it("lists its commands and exit codes", function()
    local outcome = program.run { "--help" }
    assert.equal(0, outcome.code)
    for _, word in ipairs { "issue", "offer%-uri", "sandbox", "Exit codes: 0 done" } do
      assert.matches(word, outcome.out)
    end
  end)

  local COMMANDS = {}
  for _, name in ipairs(commands.NAMES) do
    if name ~= "version" then COMMANDS[#COMMANDS + 1] = name end
  end

  it("keeps its descriptions within a narrow terminal", function()
    for _, columns in ipairs { 40, 60, 80 } do
      for _, name in ipairs { "issue", "run", "report" } do
        local out = program.run({ name, "--help" }, { COLUMNS = tostring(columns) }).out
        local described = out:match "\n\n(.-)\n%u%w*:\n"
        local usage = out:match "^(Usage: .-)\n\n"
        for line in (usage .. "\n" .. described):gmatch "[^\n]+" do
          assert.truthy(#line <= math.max(columns, #"       [--client-key-passphrase-file FILE]"), name .. ": " .. line)
        end
      end
    end
  end)

  it("wraps lines of its help only when they are full, and keeps literal lines", function()
    for _, name in ipairs(COMMANDS) do
      local out = program.run({ name, "--help" }).out
      local description = out:match "\n\n(.-)\n%u%w*:\n"
      for line, next_word in description:gmatch "([^\n]+)%f[\n]\n()" do
        next_word = description:match("^[^%s]+", next_word)
        assert.truthy(not next_word or #line + 1 + #next_word > 100, name .. ": " .. line)
      end
      local written = require("credenco.cli.command." .. name:gsub("-", "_")).epilog
      assert.truthy(out:find(written, 1, true), name .. ": " .. out)
    end
  end)

  it("explains every command with an example, and where settings come from", function()
    for _, command in ipairs(COMMANDS) do
      local outcome = program.run { command, "--help" }
      assert.equal(0, outcome.code)
      assert.matches("Examples?:\n  .*credenco " .. command:gsub("%-", "%%-"), outcome.out)
    end
    assert.matches("CREDENCO_CLIENT_SECRET_FILE", program.run({ "trust", "--help" }).out)
  end)
end)

describe("the program's output", function()
  it("is not silently lost", function()
    local code = os.execute(("exec %s bin/credenco version >/dev/full 2>/dev/null")
      :format(require("luv").exepath()))
    assert.is_falsy(code == true or code == 0)
  end)
end)
