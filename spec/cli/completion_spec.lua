-- Completion: what each shell takes, and that it knows every command and option.
local commands = require "credenco.cli.commands"
local files = require "spec.support.files"
local parser = require "credenco.cli.parser"
local program = require "spec.cli.program"
local uv = require "luv"

describe("the completion", function()
  local folder
  before_each(function() folder = files.temporary_folder() end)
  after_each(function() files.remove_folder(folder) end)

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

  -- what, the line, what is offered
  local CASES = {
    { "a command", "credenco ru", "run" },
    { "commands that begin alike", "credenco off", "offer offer-uri" },
    { "no command", "credenco nonsense", "" },
    { "an option", "credenco issue --prof", "--profile" },
    { "an option behind arguments", "credenco run here.lua --conc", "--concurrency" },
    { "an option behind a value that is a command's name", "credenco issue --wallet run --templ", "--template" },
    { "values of an option", "credenco settle --as ", "failed issued skipped" },
    { "a value that is begun", "credenco run --progress j", "jsonl" },
    { "values of an argument", "credenco completion ", "bash fish zsh" },
    { "the action of a command", "credenco webhook ", "send" },
    { "an option behind an action", "credenco webhook send --signature-n", "--signature-name" },
    { "an option behind an action and an argument", "credenco webhook send http://a.example --secr", "--secret-file" },
    { "a file", "credenco run her", "here.lua" },
    { "a file of an option", "credenco run here.lua --log her", "here.lua" },
  }

  -- Scripts that print what a shell offers at the end of each of their arguments, one a line, with "." after those of a
  -- line. What bash does by itself: files, for a completion with -o default that offers nothing.
  local BASH = [=[
    . ./completion
    for line in "$@"; do
      COMPREPLY=() COMP_WORDS=($line) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      [[ $line != *" " ]] || COMP_WORDS[++COMP_CWORD]=
      _credenco
      if [ ${#COMPREPLY[@]} = 0 ] && [[ $(complete -p credenco) == *"-o default"* ]]; then
        COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
      fi
      printf '%s\n' ${COMPREPLY[@]} .
    done]=]
  local FISH = "source completion.fish; for line in $argv; complete -C $line; echo .; end"

  local function arguments(...)
    local all = { ... }
    for _, case in ipairs(CASES) do all[#all + 1] = case[2] end
    return all
  end

  local SHELLS = {
    bash = function() return "completion", arguments("-c", 'cd "$0"; ' .. BASH, folder .. "/here") end,
    zsh = function() return "_credenco", arguments("-f", "spec/cli/completed.zsh", folder .. "/here") end,
    fish = function() return "completion.fish", arguments("--no-config", "-c", "cd $argv[1]; set -e argv[1]; " .. FISH,
      folder .. "/here") end,
  }

  local function sorted_words(text)
    local words = {}
    for line in text:gmatch "[^\n]+" do words[#words + 1] = line:match "^[^\t]+" end -- fish says what it is for
    table.sort(words)
    return table.concat(words, " ")
  end

  it("leaves files to bash, which quotes a name with a space", function()
    if not files.read("/usr/bin/bash") then return pending "bash is not installed" end
    files.write(folder .. "/completion", program.run({ "completion", "bash" }).out)
    files.write(folder .. "/here it is", "")
    local done = program.run_command("/usr/bin/bash", { "-c", [=[
      cd "$0" && . ./completion
      COMP_WORDS=(credenco issue --claims-json her) COMP_CWORD=3
      _credenco
      echo ${#COMPREPLY[@]}
      complete -p credenco]=], folder })
    assert.equal("0\ncomplete -o bashdefault -o default -F _credenco credenco\n", done.out)
  end)

  for shell, how in pairs(SHELLS) do
    it("offers commands, options, their values and files, in the real " .. shell, function()
      if not files.read("/usr/bin/" .. shell) then return pending(shell .. " is not installed") end
      local file, words = how()
      assert(uv.fs_mkdir(folder .. "/here", 448))
      files.write(folder .. "/here/" .. file, program.run({ "completion", shell }).out)
      files.write(folder .. "/here/here.lua", "")
      local done, i = program.run_command("/usr/bin/" .. shell, words, { HOME = folder, XDG_CONFIG_HOME = folder, TERM = "dumb" }), 0
      assert.equal("", done.err)
      for offered in done.out:gmatch "(.-)%.\n" do
        i = i + 1
        assert.equal(CASES[i][3], sorted_words(offered), CASES[i][1])
      end
      assert.equal(#CASES, i)
    end)
  end
end)
