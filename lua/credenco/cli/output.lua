--- Files that the program writes. What stands in them is for their owner only, whatever was there before, and comes
--- under its name when it is complete: a full disk or a Ctrl-C leaves the old file.
local core = require "credenco.core"
local usage = require "credenco.cli.usage"

local M = {}

local BUFFER_BYTES = 65536

---@class credenco.cli.Output
---@field path string
---@field private file file*
---@field private unfinished string? where it is written until it is complete
local Output = {}
Output.__index = Output

local function named(path, err) return path .. ": " .. tostring(err):gsub("^.*: ", "") end

-- Where there is a file, or nothing, a new one takes its place. A pipe or a device is written to; so is what a link
-- leads to, because `/dev/stdout` is one.
local function place_of(path)
  local type_of = core.file_type(path)
  if type_of and type_of ~= "file" then return path end
  local unfinished = ("%s.%s.new"):format(path, core.uuid():sub(1, 8))
  local ok, err = core.create_private(unfinished)
  if not ok then return nil, err end
  return unfinished, nil, true
end

local function check_writable(option, path)
  local place, err, is_ours = place_of(path)
  if not place then usage.fail(("%s: cannot write %s"):format(option, named(path, err))) end
  if is_ours then os.remove(place) end
end

--- Adds the flag that the check of a command's files needs.
---@param command table
function M.declare_force(command)
  return command:flag "--force" :description "Overwrite a file that is there already."
end

--- Refuses, as a mistake in usage, a file that the command reads, under whatever name, one that is there, unless the
--- user means it, and one that cannot be written.
---@param option string
---@param path string?
---@param inputs { path: string?, what: string }[]
---@param force boolean?
function M.check(option, path, inputs, force)
  if not path then return end
  local id = core.file_id(path)
  for _, input in ipairs(inputs) do
    if id and input.path and id == core.file_id(input.path) then
      usage.fail(("%s: %s is %s, and is not overwritten"):format(option, path, input.what))
    end
  end
  if not force and core.file_type(path) == "file" then
    usage.fail(("%s: %s is there already: name another file, or give --force to overwrite it"):format(option, path))
  end
  check_writable(option, path)
end

--- Begins a file.
---@param path string
---@return credenco.cli.Output?
---@return string? err names the file
function M.open(path)
  local place, err, replaces = place_of(path)
  local file
  if place then file, err = io.open(place, "wb") end
  if not file then return nil, named(path, err) end
  file:setvbuf("full", BUFFER_BYTES)
  return setmetatable({ path = path, file = file, unfinished = replaces and place or nil }, Output)
end

---@param text string
---@return boolean? ok
---@return string? err names the file, which then is as it was
function Output:write(text)
  local ok, err = self.file:write(text)
  if ok then return true end
  self:discard()
  return nil, named(self.path, err)
end

--- Completes the file.
---@return boolean? ok
---@return string? err names the file, which then is as it was
function Output:finish()
  local ok, err = self.file:close()
  if ok and self.unfinished then ok, err = os.rename(self.unfinished, self.path) end
  if ok then return true end
  if self.unfinished then os.remove(self.unfinished) end
  return nil, named(self.path, err)
end

--- Gives the file up, unless it is complete.
function Output:discard()
  if io.type(self.file) == "closed file" then return end
  self.file:close()
  if self.unfinished then os.remove(self.unfinished) end
end

--- Writes a whole file.
---@param path string
---@param content string
---@return boolean? ok
---@return string? err names the file
function M.write(path, content)
  local output, err = M.open(path)
  local ok = output
  if ok then ok, err = output:write(content) end
  if ok then ok, err = output:finish() end
  if not ok then return nil, err end
  return true
end

return M
