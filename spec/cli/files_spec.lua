-- Every option that writes a file, against every file that the same command reads or writes, under every name that a
-- file can have. Both are found in the declarations.
local commands = require "credenco.cli.commands"
local cli_files = require "credenco.cli.files"
local files = require "spec.support.files"
local parser = require "credenco.cli.parser"
local program = require "spec.cli.program"
local usage = require "credenco.cli.usage"
local uv = require "luv"

local CONTENT = "precious"

describe("a file that a command writes", function()
  local folder
  before_each(function() folder = files.temporary_folder() end)
  after_each(function() files.remove_folder(folder) end)

  local function declared(name)
    local of_command = parser.of(name, commands.load(name))
    return cli_files.declared(of_command), of_command
  end

  -- The arguments that a command requires, without those that are tried.
  local function required(of_command, given)
    local words = {}
    for _, argument in ipairs(of_command._arguments) do
      if argument._minargs > 0 or given[argument._name] then
        words[#words + 1] = given[argument._name] or argument._choices and argument._choices[1] or "some.lua"
      end
    end
    for _, option in ipairs(of_command._options) do
      if given[option._name] or option._mincount > 0 then
        words[#words + 1] = option._name
        words[#words + 1] = given[option._name] or "x"
      end
    end
    return words
  end

  local function refusal(name, of_command, given)
    local words = required(of_command, given)
    for _, option in ipairs(of_command._options) do
      if option._name == "--force" then words[#words + 1] = "--force" end
    end
    local ok, problem = pcall(parser.parse, name, commands.load(name), words)
    if not ok and not usage.is(problem) then error(problem, 0) end
    return not ok and problem.message or nil
  end

  -- The same file, as it may be named twice.
  local NAMES = {
    ["the same name"] = function(path) return path end,
    ["another path"] = function(path) return folder .. "/./" .. path:match "[^/]+$" end,
    ["a path from here"] = function(path)
      return (uv.cwd():gsub("[^/]+", ".."):gsub("^/", "")) .. assert(uv.fs_realpath(folder)) .. path:sub(#folder + 1)
    end,
    ["a symbolic link"] = function(path)
      assert(uv.fs_symlink(path, folder .. "/soft"))
      return folder .. "/soft"
    end,
    ["a link through a link"] = function(path)
      assert(uv.fs_symlink(path:match "[^/]+$", folder .. "/soft"))
      assert(uv.fs_symlink("soft", folder .. "/softer"))
      return folder .. "/softer"
    end,
    ["a linked folder"] = function(path)
      assert(uv.fs_symlink(folder, folder .. "/linked"))
      return folder .. "/linked/" .. path:match "[^/]+$"
    end,
    ["a hard link"] = function(path)
      if not uv.fs_stat(path) then return nil end
      assert(uv.fs_link(path, folder .. "/hard"))
      return folder .. "/hard"
    end,
  }

  local function clear()
    files.remove_folder(folder)
    folder = files.temporary_folder()
  end

  local function try(name, of_command, output, input, kind, is_there)
    clear()
    local path = folder .. "/thing.lua"
    if is_there then files.write(path, CONTENT) end
    local other = NAMES[kind](path)
    if not other then return end
    local case = ("credenco %s, %s and %s, %s, %s"):format(name, output.option, input.option, kind,
      is_there and "is there" or "is not there")
    local said = refusal(name, of_command, { [output.option] = other, [input.option] = path })
    assert.truthy(said and (said:find("is not overwritten", 1, true) or said:find("name the same file", 1, true)),
      case .. ": " .. tostring(said))
    assert.equal(is_there and CONTENT or nil, files.read(path), case)
  end

  local function each_pair(visit)
    for _, name in ipairs(commands.NAMES) do
      local list, of_command = declared(name)
      for _, output in ipairs(list) do
        for _, other in ipairs(list) do
          if output.role.writes and other ~= output then visit(name, of_command, output, other) end
        end
      end
    end
  end

  it("must differ from those that it reads, from its journal's, and from others that it writes", function()
    local count = 0
    each_pair(function(name, of_command, output, input)
      count = count + 1
      for kind in pairs(NAMES) do
        try(name, of_command, output, input, kind, true)
        try(name, of_command, output, input, kind, false)
      end
    end)
    assert.truthy(count >= 40, count)
  end)

  it("must differ from those that SQLite keeps beside the journal, or will keep there", function()
    for _, suffix in ipairs { "-wal", "-shm", "-journal", ".lock" } do
      for _, name in ipairs { "report", "rejects" } do
        local _, of_command = declared(name)
        local option = name == "report" and "--csv" or "--output"
        local said = refusal(name, of_command, { ["--journal"] = folder .. "/j", [option] = folder .. "/j" .. suffix })
        assert.matches("is a file of the journal, and is not overwritten", tostring(said))
      end
    end
    local _, of_report = declared "report"
    assert.matches("is a file of the journal", tostring(refusal("report", of_report,
      { workflow = folder .. "/w.lua", ["--csv"] = folder .. "/w.journal-wal" })))
  end)

  it("is not called -, which stands for a stream elsewhere", function()
    for _, name in ipairs(commands.NAMES) do
      local list, of_command = declared(name)
      for _, output in ipairs(list) do
        if output.role.writes then
          assert.matches(output.option .. ": - is not a file", tostring(refusal(name, of_command, { [output.option] = "-" })), 1, true)
        end
      end
    end
  end)

  it("must not exist, not even at the end of a link, unless the user allows it", function()
    files.write(folder .. "/there", CONTENT)
    assert(uv.fs_symlink("there", folder .. "/soft"))
    for _, name in ipairs(commands.NAMES) do
      local list, of_command = declared(name)
      for _, output in ipairs(list) do
        for _, path in ipairs { folder .. "/there", folder .. "/soft" } do
          if output.role.writes and not output.role.kept and not output.role.anew then
            local words = required(of_command, { [output.option] = path })
            local ok, problem = pcall(parser.parse, name, commands.load(name), words)
            assert.is_false(ok, name .. " " .. output.option)
            assert.matches("exists already: name another file, or give %-%-force", problem.message)
            assert.is_nil(refusal(name, of_command, { [output.option] = path }))
          end
        end
      end
    end
  end)

  it("is continued or replaced only if the same option has written it", function()
    local path, count = folder .. "/there", 0
    local function each_kept(visit)
      for _, name in ipairs(commands.NAMES) do
        local list, of_command = declared(name)
        for _, output in ipairs(list) do
          if output.role.begins then visit(name, of_command, output) end
        end
      end
    end
    each_kept(function(name, of_command, output)
      count = count + 1
      for _, content in ipairs { CONTENT, "{", '{"some":"JSON"}\n', "SQLite format 3\0" } do
        files.write(path, content)
        local said = tostring(refusal(name, of_command, { [output.option] = path }))
        assert.truthy(said:find("is a file that " .. output.option .. " has not written, and is not overwritten", 1, true),
          name .. ": " .. said)
        assert.equal(content, files.read(path))
      end
      for _, content in ipairs { "", output.role.begins, output.role.begins .. "more" } do
        files.write(path, content)
        assert.is_nil(refusal(name, of_command, { [output.option] = path }))
      end
    end)
    assert.truthy(count >= 15, count)
  end)

  it("is not where a shell has its output go, and not the configuration file", function()
    files.write(folder .. "/credenco-config", "")
    assert(uv.fs_mkdir(folder .. "/credenco", 448))
    assert(uv.fs_link(folder .. "/credenco-config", folder .. "/credenco/config"))
    local line = "exec %s bin/credenco run w.lua s.csv --journal %s/j %s %s %s"
    local function said(option, path, redirected)
      return program.run_command("/bin/sh", { "-c", line:format(uv.exepath(), folder, option, path, redirected) },
        { XDG_CONFIG_HOME = folder }).err
    end
    for _, option in ipairs { "--log", "--audit", "--metrics" } do
      local path = folder .. "/" .. option
      assert.truthy(said(option, path, ">>" .. path):find("is the file of standard output, and is not overwritten", 1, true))
      assert.truthy(said(option, folder .. "/credenco-config", ""):find("is the configuration file, and", 1, true))
    end
    local path = folder .. "/both"
    said("--log", path, "2>>" .. path)
    assert.matches("is the file of standard error, and is not overwritten", files.read(path))
  end)

  it("is neither standard input, nor a file that the environment names, and nothing is sent", function()
    local server = require("spec.support.misbehaving").start()
    local scenario = server:scenario()
    files.write(folder .. "/claims", CONTENT)
    files.write(folder .. "/key", CONTENT)
    local command = ("exec %s bin/credenco issue --wallet w --template t --force --claims-json - --keep-offer %s <%s")
    for path, what in pairs { claims = "the file of --claims-json", key = "the file of --api-key-file" } do
      local line = command:format(uv.exepath(), folder .. "/" .. path, folder .. "/claims")
      local done = program.run_command("/bin/sh", { "-c", line },
        { CREDENCO_API_KEY_FILE = folder .. "/key", CREDENCO_BASE_URL = scenario.url })
      assert.equal(2, done.code)
      assert.truthy(done.err:find(what .. ", and is not overwritten", 1, true), done.err)
      assert.equal(CONTENT, files.read(folder .. "/" .. path))
    end
    assert.equal(0, #scenario.requests())
    server:stop()
  end)

  it("can be written: it is not a directory, and its directory exists", function()
    local _, of_issue = declared "issue"
    assert.matches("Is a directory", refusal("issue", of_issue, { ["--keep-offer"] = folder }))
    assert.matches("No such file", refusal("issue", of_issue, { ["--keep-offer"] = folder .. "/none/offer" }))
    assert.is_nil(refusal("issue", of_issue, { ["--keep-offer"] = "/dev/null", ["--claims-json"] = "/dev/null" }))
  end)
end)
