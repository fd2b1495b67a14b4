-- A wrong argument is the caller's mistake, and the error names the caller's line.
local credenco = require "credenco"
local source = require "credenco.pipeline.source"

local function line_of(fn)
  return debug.getinfo(fn, "S").linedefined + 1
end

-- Each makes its mistake on the line after `function`.
local function cases(client)
  return {
    ["credenco.new"] = function()
      return (credenco.new { base_url = "wallet" })
    end,
    ["credenco.offer_uri"] = function()
      return (credenco.offer_uri(42))
    end,
    ["issue_direct"] = function()
      return (client:issue_direct { wallet_key = ".." })
    end,
    ["create_offer"] = function()
      return (client:create_offer {})
    end,
    ["push_offer"] = function()
      return (client:push_offer {})
    end,
    ["issue_status"] = function()
      return (client:issue_status "")
    end,
    ["wait_issued"] = function()
      return (client:wait_issued("x", { interval_ms = 0 }))
    end,
    ["trust_issuer"] = function()
      return (client:trust_issuer {})
    end,
    ["issue_many"] = function()
      return (client:issue_many({}, { concurrency = 0 }))
    end,
    ["request"] = function()
      return (client:request { path = "no slash" })
    end,
    ["source.open"] = function()
      return (source.open("clean.csv", { format = "cvs" }))
    end,
    ["source.open without a source"] = function()
      return (source.open(nil))
    end,
    ["source.from_bytes"] = function()
      return (source.from_bytes({}, { name = "x", format = "cvs" }))
    end,
  }
end

describe("a wrong argument", function()
  local client = credenco.new { base_url = "http://127.0.0.1:1", api_key = "k" }

  for name, mistake in pairs(cases(client)) do
    it("of " .. name .. " is blamed on the line of the call", function()
      local _, problem = pcall(mistake)
      assert.is_truthy(problem:find(("blame_spec.lua:%d: "):format(line_of(mistake)), 1, true), problem)
    end)
  end

  it("of a source names the option and what is allowed", function()
    local _, problem = pcall(source.open, "clean.csv", { format = "cvs" })
    assert.equal('source.open: format must be "csv" or "jsonl"', problem)
    _, problem = pcall(source.open, "clean.csv", { fromat = "csv" })
    assert.equal("source.open: unknown option 'fromat', did you mean 'format'?", problem)
    _, problem = pcall(source.open, 5)
    assert.equal("source.open: a path, or an array or iterator of records is needed, not a number", problem)
  end)

  it("is the first by name when there are several", function()
    local _, problem = pcall(client.issue_direct, client, {})
    assert.equal("issue_direct: claims is missing", problem)
  end)
end)
