-- The program with standard streams that are closed: what it opens must not take their places, or the work would be
-- done and the process aborted at its end (libuv), or a socket would get what is printed.
local commands = require "credenco.cli.commands"
local files = require "spec.support.files"

local STREAMS = { { "standard input", "<&-" }, { "standard output", ">&-" }, { "all of them", "<&- >&-" } }

describe("with closed standard streams", function()
  local folder
  before_each(function() folder = files.temporary_folder() end)
  after_each(function() files.remove_folder(folder) end)

  local function ended_with(arguments, closing)
    local command = ("export CREDENCO_API_KEY=k CREDENCO_BASE_URL=http://127.0.0.1:1 CREDENCO_JOURNAL=/nonexistent/j; "
      .. "{ script/lua bin/credenco %s %s 2>%s/said; } 2>/dev/null; echo $?"):format(
      arguments, closing, folder)
    local pipe = io.popen(("bash -c '%s' 3>&1 | tail -n 1"):format(command))
    local status = tonumber(pipe:read "*a")
    pipe:close()
    return status, files.read(folder .. "/said")
  end

  for _, stream in ipairs(STREAMS) do
    local name, closing = stream[1], stream[2]
    it("a sandbox that cannot run ends as ever: " .. name, function()
      local status, said = ended_with("sandbox --port 1 --nginx /nonexistent", closing)
      assert.equal("", said:match "Assertion.*" or "")
      assert.equal(2, status)
    end)
  end

  -- Each comes to its end without a server.
  local COMMANDS = {
    issue = "--wallet w --template t --claims-json -", offer = "--template t", push = "--wallet w", status = "id",
    trust = "--wallet w --did did:web:a --name n", ["offer-uri"] = "", run = "spec/pipeline/company.lua -",
    load = "spec/pipeline/company.lua -", work = "spec/pipeline/company.lua", report = "", retry = "",
    settle = "--code x --as failed", rejects = "--output $folder/r.csv", confirm = "",
    explain = "1 --offline", metrics = "", doctor = "", config = "", completion = "bash",
    claims = "check spec/pipeline/company.lua -", probe = "--wallet w --template t", version = "", sandbox = "--port x",
    webhook = "send http://127.0.0.1:1/hook --secret-file /dev/null",
  }

  for _, stream in ipairs(STREAMS) do
    it("every command ends as ever: " .. stream[1], function()
      for _, name in ipairs(commands.NAMES) do
        local arguments = assert(COMMANDS[name], name):gsub("%$folder", folder)
        local status, said = ended_with(name .. " " .. arguments, stream[2])
        assert.is_nil(said:find "Assertion" or said:find "traceback", name .. ": " .. said)
        assert.truthy(status and status <= 9, name .. ": " .. tostring(status) .. " " .. said)
      end
    end)
  end

  it("a result that cannot be written is an error", function()
    local status, said = ended_with("version", ">&-")
    assert.equal("credenco: cannot write the result: Bad file descriptor\n", said)
    assert.equal(1, status)
  end)

  it("claims that cannot be read are an error", function()
    local status, said = ended_with("claims check --json - -", "<&-")
    assert.equal("", said:match "Assertion.*" or "")
    assert.is_true(status == 1 or status == 2)
  end)
end)
