-- bench/run: build, then measure or check, then print.
local build = require "bench.build"
local instructions = require "bench.instructions"
local options_of = require "bench.options"
local peers_of = require "bench.peers"
local report = require "bench.report"
local rounds = require "bench.rounds"
local smoke = require "bench.smoke"

local function run(root, args)
  local options, peers = options_of.parse(args, peers_of)
  build.check(peers)
  build.all(root, peers)
  if options.smoke then return smoke.run(root, peers, options.tls) and 0 or 1 end
  if options.instructions then
    instructions.run(root, peers, options)
    return 0
  end
  local made = report.make(peers, rounds.measure(root, peers, options), options)
  io.write(options.json and report.json(made) or report.text(made))
  return 0
end

--- Runs the benchmark of the checkout at `root`; gives the exit status.
---@param root string
---@param args string[]
---@return integer
return function(root, args)
  local ok, answer = pcall(run, root, args)
  if ok then return answer end
  io.stderr:write("bench/run: ", tostring(answer), "\n")
  return 1
end
