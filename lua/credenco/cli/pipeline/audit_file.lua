--- `--audit FILE`: the outcome of each record, without its data: a line of JSON for each issued credential, and for
--- each record that ended without one.
---
--- The operating system has a line before the journal is written. So after a kill no line is missing, but a line may
--- occur twice.
local clock = require "credenco.cli.event_time"
local core = require "credenco.core"
local digest = require "openssl.digest"
local files = require "credenco.cli.files"
local hex = require "credenco.base.hex"
local json = require "credenco.base.json"
local output = require "credenco.cli.output"
local usage = require "credenco.cli.usage"

local M = {}

--- Adds the option.
function M.declare(command)
  return files.written(command:option "--audit" :argname "FILE"
    :description "Append the outcome of each record to this file, as JSON Lines: hash of its key, ids, state, time.",
    { kept = true, begins = clock.LINE_BEGINS })
end

-- The fields in the order of a line.
local FIELDS = { "workflow", "key_sha256", "step", "template_id", "correlation_id", "state", "code" }

local function line_of(ended)
  local parts = { ('%s%s"'):format(clock.LINE_BEGINS, clock.at(core.now_ms())) }
  local values = setmetatable({ key_sha256 = hex.encode(digest.new("sha256"):final(ended.key)) }, { __index = ended })
  for _, name in ipairs(FIELDS) do
    if values[name] then parts[#parts + 1] = ('"%s":%s'):format(name, json.encode(values[name])) end
  end
  return table.concat(parts, ",") .. "}\n"
end

local function write(file, text)
  local ok, err = file:write(text)
  if ok then ok, err = file:flush() end
  return ok, err
end

--- Opens a file to append to. A new file is readable only by its owner. A file that cannot be written is a usage
--- mistake.
---@param path string
---@return fun(ended: credenco.pipeline.Ended, run: credenco.pipeline.Run): boolean on_ended false if it cannot be written
function M.open(path)
  local file, problem = output.append(path)
  if not file then usage.fail("--audit: cannot write " .. problem) end
  return function(ended, run)
    local ok, err = write(file, line_of(ended))
    if not ok then
      run:stop("journal", { code = "journal", message = ("--audit: cannot write %s: %s"):format(path, tostring(err)) })
    end
    return ok and true or false
  end
end

return M
