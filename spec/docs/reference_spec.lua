-- The annotations that docs/reference.md and editors show are complete, and name what the code has.
local annotations = require "script.docs.annotations"
local arguments = require "credenco.client.arguments"
local files = require "spec.support.files"
local pages = require "spec.support.pages"

local function sorted(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- The names of a class's fields, with those of its parent in the same file.
local function fields_of(path, class)
  local names = {}
  for _, item in ipairs((annotations.read(path))) do
    if item.class == class then
      if item.parent ~= "" then names = fields_of(path, item.parent) end
      for _, field in ipairs(item.fields) do names[(field.name:gsub("%?$", ""))] = true end
    end
  end
  return names
end

local CLASSES = {
  CallOptions = "issue_status_options", OfferArguments = "create_offer", PushArguments = "push_offer",
  IssueArguments = "issue_direct", WaitOptions = "wait_issued", TrustArguments = "trust_issuer",
  RequestArguments = "request",
}

-- Entries of the reference without a description: functions, arguments without a class of their own, and fields.
local function undescribed()
  local found, title, has_text = {}, nil, false
  for line in files.read("docs/reference.md"):gmatch "[^\n]+" do
    if line:find "^#" then
      title, has_text = line, false
    elseif line:find "^%u" then
      has_text = true
    elseif line:find "^%- " and not has_text or line:find "^%- `[%w_.?]+` `[^`]*`$" or line:find "|  |$" then
      found[#found + 1] = title .. " " .. line
    end
  end
  return found
end

describe("docs/reference.md", function()
  it("describes each function, argument and field", function() assert.same({}, undescribed()) end)

  for class, call in pairs(CLASSES) do
    it("has the arguments of the client's " .. call, function()
      local fields = fields_of("lua/credenco/client/arguments.lua", "credenco." .. class)
      assert.same(sorted(arguments[call]), sorted(fields))
    end)
  end

  it("has the fields of a workflow that docs/pipeline.md has", function()
    local documented = {}
    for name in pages.chapter("docs/pipeline.md", "Workflows"):gmatch "\n| `([%w_]+)" do documented[name] = true end
    local fields = fields_of("lua/credenco/workflow/init.lua", "credenco.workflow.Definition")
    assert.same(sorted(documented), sorted(fields))
  end)
end)
