-- The documentation points to what is there: pages and their chapters, files of the code, commands and their options.
local commands = require "credenco.cli.commands"
local files = require "spec.support.files"
local pages = require "spec.support.pages"
local parser = require "credenco.cli.parser"

-- As GitHub makes it of a title.
local function anchor_of(title)
  return (title:lower():gsub("[^%w%s_-]", ""):gsub(" ", "-"))
end

local function anchors(path)
  local found = {}
  for title in ("\n" .. files.read(path)):gmatch "\n#+ ([^\n]*)" do found[anchor_of(title)] = true end
  return found
end

local function resolved(from, target)
  local path = target == "" and from or (from:match "^(.*/)" or "") .. target
  return (path:gsub("[^/]+/%.%./", ""))
end

local function broken_links(page)
  local broken = {}
  for target in files.read(page):gmatch "%]%(([^)%s]+)%)" do
    local path, anchor = target:match "^([^#]*)#?(.*)$"
    if not path:find "^https?:" then
      path = resolved(page, path)
      local is_there = os.rename(path, path) -- also of a folder
      if not is_there or anchor ~= "" and not anchors(path)[anchor] then broken[#broken + 1] = target end
    end
  end
  return broken
end

-- The commands of a page, each in one line, without what a shell does with it.
local function command_lines(page)
  local found, in_code = {}, false
  for line in (files.read(page):gsub(" *\\\n *", " ")):gmatch "[^\n]+" do
    if line:find "^```" then in_code = not in_code end
    local command = in_code and (" " .. line):match "[ (]credenco (%l[^|;&<>)#]*)"
    if command and not line:find "^Usage: " then found[#found + 1] = command end
  end
  return found
end

local function words_of(command)
  local words = {}
  for word in command:gsub('"([^"]*)"', function(text) return (text:gsub(" ", "_")) end):gmatch "%S+" do
    words[#words + 1] = word
  end
  return words
end

describe("the documentation", function()
  for _, page in ipairs(pages.all()) do
    it("has no broken link: " .. page, function() assert.same({}, broken_links(page)) end)

    it("has only commands and options that exist: " .. page, function()
      for _, command in ipairs(command_lines(page)) do
        local words = words_of(command)
        local name = table.remove(words, 1)
        assert.truthy(commands.load(name), command)
        local ok, err = pcall(function() parser.of(name, commands.load(name)):parse(words) end)
        assert.is_true(ok, ("%s: %s"):format(command, tostring(err)))
      end
    end)
  end

  for _, page in ipairs { "CONTRIBUTING.md", "CHANGELOG.md" } do
    it("has no broken link: " .. page, function() assert.same({}, broken_links(page)) end)
  end

  it("names files of the code that are there", function()
    local gone = {}
    for path in files.read("docs/architecture.md"):gmatch "`([%w_]+/[%w_/]+%.%l+)`" do
      local there = files.read(path) or files.read("lua/credenco/" .. path)
      if not there then gone[#gone + 1] = path end
    end
    assert.same({}, gone)
  end)
end)
