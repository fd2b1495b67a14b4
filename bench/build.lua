-- Builds the peers. First checks whether their packages are installed.
local process = require "bench.process"

local M = {}

local function present(need)
  local module = need:match "^pc:(.*)$"
  if module then return process.run { "pkg-config", "--exists", module }.code == 0 end
  return process.run { "sh", "-c", "command -v " .. need }.code == 0
end

local function missing_packages(needs)
  local missing = {}
  for need, package in pairs(needs) do
    if not present(need) then missing[package] = true end
  end
  return missing
end

--- Raises an error that names the Debian packages to install when something is missing.
---@param peers bench.Peer[]
function M.check(peers)
  local missing = missing_packages { nginx = "nginx", taskset = "util-linux" }
  for _, peer in ipairs(peers) do
    for package in pairs(missing_packages(peer.needs)) do
      missing[package] = true
    end
  end
  local names = {}
  for package in pairs(missing) do
    names[#names + 1] = package
  end
  if #names == 0 then return end
  table.sort(names)
  error("install these first: apt-get install --no-install-recommends " .. table.concat(names, " ")
    .. "\nor leave peers out with --peers", 0)
end

--- Builds the peers that are out of date.
---@param root string
---@param peers bench.Peer[]
function M.all(root, peers)
  for _, peer in ipairs(peers) do
    io.stderr:write("building ", peer.name, "\n")
    peer.build(root)
  end
end

return M
