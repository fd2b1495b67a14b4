--- The claims of a credential, from `--claim NAME=VALUE` and `--claims-json FILE`.
local credenco = require "credenco"
local json_reader = require "credenco.base.json_reader"
local source = require "credenco.cli.source"
local usage = require "credenco.cli.usage"

local M = {}

--- Adds the flags to a command and returns them, for their group in the help.
function M.declare(command)
  return command:option "--claim" :argname "NAME=VALUE" :count "*" :target "claims"
      :description "A claim whose value is text; may be repeated. It shows in the process list.",
    command:option "--claims-json" :argname "FILE" :target "claims_json" :overwrite(false)
      :description "File with the claims, a JSON object; `-` for standard input."
end

local function from_json(path)
  local text = source.read(path, "--claims-json")
  if not text:find "^%s*{" then
    usage.fail "--claims-json: a JSON object expected"
  end
  local claims, err = json_reader.read(text)
  return claims or usage.fail("--claims-json: " .. err)
end

---@param args table the parsed arguments
---@return table claims an object, empty if none were given
function M.read(args)
  local claims = args.claims_json and from_json(args.claims_json) or credenco.object {}
  for index, claim in ipairs(args.claims) do
    local name, value = claim:match "^([^=]+)=(.*)$"
    if not name then
      usage.fail(("--claim number %d: NAME=VALUE expected"):format(index))
    end
    if claims[name] ~= nil then
      usage.fail(("the claim \"%s\" is given twice"):format(name))
    end
    claims[name] = value
  end
  return claims
end

return M
