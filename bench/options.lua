-- The command line of bench/run.
local argparse = require "argparse"

local M = {}

---@class bench.Options
---@field flows integer
---@field warmup integer
---@field rounds integer
---@field concurrency integer
---@field peers string[]
---@field client_cpu integer?
---@field server_cpu integer?
---@field json boolean
---@field tls boolean
---@field smoke boolean
---@field instructions boolean

local function count(text)
  local number = math.tointeger(tonumber(text))
  if not number or number < 0 then return nil, "not a number: " .. text end
  return number
end

local function positive(text)
  local number, message = count(text)
  if number == 0 then return nil, "must be at least 1" end
  return number, message
end

local function chosen(all, wanted)
  local peers, known, usual = {}, {}, {}
  for _, peer in ipairs(all) do
    known[peer.name] = peer
    if not peer.asked_for then usual[#usual + 1] = peer end
  end
  for _, name in ipairs(wanted) do
    if not known[name] then error("no such peer: " .. name, 0) end
    peers[#peers + 1] = known[name]
  end
  return #wanted > 0 and peers or usual
end

local function parser(names)
  local p = argparse("bench/run", "Flows per second and CPU per 1,000 flows of issue_many, next to its peers.")
  p:option("--flows", "flows measured per peer and round"):default "20000":convert(positive)
  p:option("--warmup", "flows before the clock starts"):default "5000":convert(positive)
  p:option("--rounds", "rounds; every round runs each peer once"):default "7":convert(positive)
  p:option("--concurrency", "flows in flight"):default "64":convert(positive)
  p:option("--peers", "only these: " .. table.concat(names, ", ")):args "+":default {}
  p:option("--client-cpu", "the processor of the clients"):default "0":convert(count)
  p:option("--server-cpu", "the processor of nginx"):default "1":convert(count)
  p:flag("--no-pin", "let the system choose the processors")
  p:flag("--json", "print one JSON document with every sample")
  p:flag("--tls", "over TLS instead of plain http")
  p:flag("--smoke", "few flows; check every request instead of measuring")
  p:flag("--instructions", "count instructions with valgrind instead of measuring time")
  return p
end

--- Reads the arguments; prints usage and exits when they are wrong.
---@param args string[]
---@param all bench.Peer[]
---@return bench.Options
---@return bench.Peer[] those to run
function M.parse(args, all)
  local names = {}
  for _, peer in ipairs(all) do
    names[#names + 1] = peer.name
  end
  local p = parser(names)
  local options = p:parse(args)
  if options.no_pin then options.client_cpu, options.server_cpu = nil, nil end
  local ok, peers = pcall(chosen, all, options.peers)
  if not ok then p:error(peers) end
  return options, peers
end

return M
