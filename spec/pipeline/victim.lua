-- victim.lua MODE EVENT COUNT CSV JOURNAL BASE_URL API_KEY OPTIONS: runs the pipeline and kills itself, as the kernel
-- would, the COUNT-th time it comes to EVENT ("none": never). Exits as the command line would: 0, 4, 5, 7, 9.
local uv = require "luv"

local mode, event, count, csv, journal, base_url, api_key =
  arg[1], arg[2], arg[3], arg[4], arg[5], arg[6], arg[7]

uv.os_setenv("CREDENCO_KILL_EVENT", event)
uv.os_setenv("CREDENCO_KILL_COUNT", count)
package.path = "spec/pipeline/killer/?.lua;" .. package.path

local cjson = require "cjson"
local credenco = require "credenco"
local killer = require "spec.pipeline.killer"
local pipeline = require "credenco.pipeline"
local source = require "credenco.pipeline.source"
local summary = require "credenco.cli.pipeline.summary"
local workflow = require "credenco.workflow"

local client = credenco.new { base_url = base_url, api_key = api_key, timeout_ms = 20000 }
local once = client:without_retries()
local watched = setmetatable({ without_retries = function(self) return self end }, { __index = client })
local REQUESTS = { create_checked_offer = "create_offer", push_checked_offer = "push_offer", issue_status = "issue_status" }
for name, label in pairs(REQUESTS) do
  watched[name] = function(_, ...)
    return once[name](once, ...)
  end
  killer.watch(watched, name, label)
end

local given = cjson.decode(arg[8])
given.workflow, given.journal, given.client = assert(workflow.load("spec/pipeline/company.lua")), journal, watched
if mode ~= "work" then given.source = assert(source.open(csv)) end
local result, err = pipeline[mode](given)
client:close()
if not result then
  io.stderr:write(tostring(err.message), "\n")
  os.exit(9)
end
if result.stopped then io.stderr:write(summary.stopped(result), "\n") end
os.exit(summary.exit_code(result))
