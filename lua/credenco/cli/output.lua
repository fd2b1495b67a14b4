--- Files that the program writes. Each is readable only by its owner, unless it is public. A file gets its name when it
--- is complete, so that a full disk or a Ctrl-C leaves the old file.
local core = require "credenco.core"
local usage = require "credenco.cli.usage"

local M = {}

local BUFFER_BYTES = 65536

---@class credenco.cli.Output
---@field path string
---@field private file file*
---@field private place string? its path when it is complete
---@field private unfinished string? its path until then
local Output = {}
Output.__index = Output

local function named(path, err) return path .. ": " .. tostring(err):gsub("^.*: ", "") end

local function remove(unfinished)
  os.remove(unfinished)
  core.signals_keep(unfinished)
end

-- A regular file, or nothing, is replaced by a new file, at the end of a link, too. A pipe or a device is written to.
local function place_of(path, mode)
  local type_of = core.file_type(path)
  if type_of and type_of ~= "file" then return { written = path } end
  local place = core.real_path(path) or path
  local unfinished = ("%s.%s.new"):format(place, core.uuid():sub(1, 8))
  core.signals_remove(unfinished)
  if mode ~= "public" then
    local ok, err = core.create_private(unfinished)
    if not ok then
      core.signals_keep(unfinished)
      return nil, err
    end
  end
  return { written = unfinished, replaces = place }
end

--- Refuses, as a usage mistake, a file that cannot be written.
---@param option string
---@param path string
function M.check_writable(option, path)
  local place, err
  if core.file_type(path) == "directory" then err = "Is a directory" else place, err = place_of(path) end
  if not place then usage.fail(("%s: cannot write %s"):format(option, named(path, err))) end
  if place.replaces then remove(place.written) end
end

--- Begins a file.
---@param path string
---@param mode "public"? everybody may read the file
---@return credenco.cli.Output?
---@return string? err names the file
function M.open(path, mode)
  local place, err = place_of(path, mode)
  local file
  if place then file, err = io.open(place.written, "wb") end
  if not file then
    if place and place.replaces then remove(place.written) end
    return nil, named(path, err)
  end
  file:setvbuf("full", BUFFER_BYTES)
  return setmetatable({ path = path, file = file, place = place.replaces,
    unfinished = place.replaces and place.written }, Output)
end

---@param text string
---@return boolean? ok
---@return string? err names the file, which is then unchanged
function Output:write(text)
  local ok, err = self.file:write(text)
  if ok then return true end
  self:discard()
  return nil, named(self.path, err)
end

--- Completes the file.
---@return boolean? ok
---@return string? err names the file, which is then unchanged
function Output:finish()
  local ok, err = self.file:close()
  if ok and self.unfinished then ok, err = os.rename(self.unfinished, self.place) end
  if self.unfinished then remove(self.unfinished) end
  if ok then return true end
  return nil, named(self.path, err)
end

--- Discards the file, unless it is complete.
function Output:discard()
  if io.type(self.file) == "closed file" then return end
  self.file:close()
  if self.unfinished then remove(self.unfinished) end
end

--- Opens a file to append to. A new file is private.
---@param path string
---@return file*?
---@return string? err names the file
function M.append(path)
  if not core.file_type(path) then core.create_private(path) end
  local file, err = io.open(path, "ab")
  if not file then return nil, named(path, err) end
  return file
end

--- Writes a whole file.
---@param path string
---@param content string
---@param mode "public"? everybody may read the file
---@return boolean? ok
---@return string? err names the file
function M.write(path, content, mode)
  local output, err = M.open(path, mode)
  local ok = output
  if ok then ok, err = output:write(content) end
  if ok then ok, err = output:finish() end
  if not ok then return nil, err end
  return true
end

return M
