-- The surroundings of a pipeline's user: a sandbox, a private directory, the environment, and the program.
local busted = require "busted"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local World = require "spec.sandbox.world"

local M = {}

--- The workflow of most specs.
M.WORKFLOW = "spec/pipeline/company.lua"

--- Text as gzip packs it.
function M.gzipped(text)
  local folder = files.temporary_folder()
  files.write(folder .. "/x", text)
  local packed = program.run_command("/bin/gzip", { "-c", folder .. "/x" }).out
  files.remove_folder(folder)
  return packed
end

---@class spec.Desk
---@field world table the sandbox of the surrounding `describe`
---@field folder string each spec's own
---@field env table<string, string> settings for the sandbox, and a journal in the folder
local Desk = {}

--- Sets the desk up for each spec of the surrounding `describe`.
---@return spec.Desk
function M.use()
  local desk = {}
  for name, method in pairs(Desk) do
    desk[name] = function(...) return method(desk, ...) end
  end
  busted.setup(function() desk.world = World.start() end)
  busted.teardown(function() desk.world:stop() end)
  busted.before_each(function()
    desk.folder = files.temporary_folder()
    desk.env = { CREDENCO_BASE_URL = desk.world.base_url, CREDENCO_API_KEY = "sandbox-api-key",
      CREDENCO_JOURNAL = desk.folder .. "/j.journal" }
  end)
  busted.after_each(function() files.remove_folder(desk.folder) end)
  return desk
end

--- Runs the program to its end.
function Desk.credenco(desk, ...) return program.run({ ... }, desk.env) end

--- A file in the folder.
---@return string path
function Desk.write(desk, name, text)
  local path = desk.folder .. "/" .. name
  files.write(path, text)
  return path
end

--- A file of companies, for `WORKFLOW`.
---@return string path
function Desk.csv(desk, lines, name)
  return desk.write(name or "in.csv", "coc_number,wallet,legal_name\n" .. table.concat(lines, "\n") .. "\n")
end

--- A line of it.
function Desk.line(desk, i, wallet)
  return ("%d,%s,Company %d"):format(10000000 + i, wallet or desk.world.trusting, i)
end

--- So many lines.
function Desk.lines(desk, count)
  local list = {}
  for i = 1, count do list[i] = desk.line(i) end
  return list
end

--- Two lines that are issued or repeat each other, and three that fail.
function Desk.mixed(desk)
  return desk.csv { desk.line(1), "123," .. desk.world.trusting .. ",Short", '10000003,x,"Open',
    desk.line(4, "no-such-wallet"), desk.line(1) }
end

return M
