-- Commands that are shown to be typed: a shell reads them as they are meant, and a terminal shows them and does no more.
local command_line = require "credenco.cli.pipeline.command_line"
local program = require "spec.cli.program"

local WORDS = { "90004760", "", "it's", "a b", "$HOME", "`id`", '"', "\\", "*", "~", "a\nb", "\27]0;title\7", "\127", "\t",
  "it's\27\\here", "\195\169", "-5", "--" }

describe("a command that is shown", function()
  it("gives a shell the same words, and has no control bytes", function()
    local shown = {}
    for i, word in ipairs(WORDS) do
      shown[i] = command_line.quoted(word)
      assert.is_nil(shown[i]:find "%c", shown[i])
    end
    local printed = program.run_command("/bin/bash", { "-c", "printf '%s\\0' " .. table.concat(shown, " ") }).out
    assert.same(WORDS, { printed:match(("([^%z]*)%z"):rep(#WORDS)) })
  end)

  it("has an option's value that begins like an option behind a =", function()
    assert.equal("--key=-5", command_line.option("--key", "-5"))
    assert.equal("--key '5 6'", command_line.option("--key", "5 6"))
    assert.equal("--key=$'-\\033'", command_line.option("--key", "-\27"))
  end)
end)
