-- Completion: what each shell takes, and that it knows every command and option.
local commands = require "credenco.cli.commands"
local files = require "spec.support.files"
local parser = require "credenco.cli.parser"
local program = require "spec.cli.program"

describe("the completion", function()
  local folder
  setup(function() folder = files.temporary_folder() end)
  teardown(function() files.remove_folder(folder) end)

  for _, shell in ipairs { "bash", "zsh", "fish" } do
    it("knows every command and every option: " .. shell, function()
      local done = program.run { "completion", shell }
      assert.same({ 0, "" }, { done.code, done.err })
      for _, name in ipairs(commands.NAMES) do
        assert.truthy(done.out:find(name, 1, true), name)
        for _, option in ipairs(parser.of(name, commands.load(name))._options) do
          local long = option._name:gsub("^%-%-", "")
          assert.truthy(done.out:find(long, 1, true), name .. " " .. option._name)
        end
      end
    end)
  end

  it("completes commands, options and choices in bash", function()
    files.write(folder .. "/completion", program.run({ "completion", "bash" }).out)
    local function completed(...)
      local words = { ... }
      local script = (". %s/completion; COMP_WORDS=('%s'); COMP_CWORD=%d; _credenco; echo ${COMPREPLY[*]}"):format(
        folder, table.concat(words, "' '"), #words - 1)
      return program.run_command("/bin/bash", { "-c", script }).out
    end
    assert.equal("offer offer-uri\n", completed("credenco", "off"))
    assert.equal("--profile\n", completed("credenco", "issue", "--prof"))
    assert.equal("issued failed skipped\n", completed("credenco", "settle", "--as", ""))
  end)
end)
