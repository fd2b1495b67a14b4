local shell_quoted = require "credenco.base.shell_quoted"

describe("a quoted word", function()
  for _, text in ipairs { "", "a b", "it's", "$HOME `id` \\ \"", "'", "a\nb", "-n *" } do
    it(("is %q to a shell"):format(text), function()
      local pipe = assert(io.popen("printf %s " .. shell_quoted(text)))
      assert.equal(text, pipe:read "*a")
      pipe:close()
    end)
  end
end)
