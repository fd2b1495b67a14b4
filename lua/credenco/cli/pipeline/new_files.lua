--- Files that are created together: none of them existed before, and none stays if one cannot be written.
local core = require "credenco.core"
local private_file = require "credenco.journal.dialect.private_file"
local uv = require "luv"

local M = {}

--- Stands behind the name of a file of refused lines, in that of the file with the reasons.
M.REASONS = ".reasons.txt"

local BUFFER_BYTES = 65536

local function refused(path, err) return ("%s: %s"):format(path, private_file.cannot_write(err)) end

---@class credenco.cli.NewFile
---@field path string
---@field private fd integer?
---@field private parts string[] text that is not written yet
---@field private size integer its bytes
local NewFile = {}
NewFile.__index = NewFile

-- Writes the text in memory.
function NewFile:flush()
  local rest = table.concat(self.parts)
  self.parts, self.size = {}, 0
  while rest ~= "" do
    local count, err = uv.fs_write(self.fd, rest, -1)
    if not count then return nil, refused(self.path, err) end
    rest = rest:sub(count + 1)
  end
  return true
end

---@param text string
---@return boolean? ok
---@return string? err names the file
function NewFile:write(text)
  self.parts[#self.parts + 1] = text
  self.size = self.size + #text
  if self.size < BUFFER_BYTES then return true end
  return self:flush()
end

-- Frees the descriptor; may run twice.
function NewFile:close()
  local fd = self.fd
  self.fd = nil
  if not fd then return true end
  return uv.fs_close(fd)
end

--- Writes all of it, to disk.
---@return boolean? ok
---@return string? err names the file
function NewFile:finish()
  local ok, err = self:flush()
  if not ok then return nil, err end
  ok, err = uv.fs_fsync(self.fd)
  if ok then ok, err = self:close() end
  if not ok then return nil, refused(self.path, err) end
  return true
end

---@class credenco.cli.NewFiles
---@field private list credenco.cli.NewFile[]
local NewFiles = {}
NewFiles.__index = NewFiles

---@return credenco.cli.NewFiles
function M.new()
  return setmetatable({ list = {} }, NewFiles)
end

--- Creates a file that does not exist, readable only by its owner.
---@param path string
---@return credenco.cli.NewFile?
---@return string? err names the file
function NewFiles:create(path)
  local fd, err = uv.fs_open(path, "wx", private_file.MODE)
  if not fd and err:find "^EEXIST" then
    return nil, path .. " exists already and is not overwritten; name another file, or remove it"
  end
  if not fd then return nil, refused(path, err) end
  core.signals_remove(path)
  local file = setmetatable({ path = path, fd = fd, parts = {}, size = 0 }, NewFile)
  self.list[#self.list + 1] = file
  return file
end

--- Writes the rest, and closes the files. They are then on disk.
---@return boolean? ok
---@return string? err names the file
function NewFiles:finish()
  for _, file in ipairs(self.list) do
    local ok, err = file:finish()
    if not ok then return nil, err end
  end
  for _, file in ipairs(self.list) do core.signals_keep(file.path) end
  return true
end

--- Removes all files that were created.
function NewFiles:discard()
  for _, file in ipairs(self.list) do
    file:close()
    uv.fs_unlink(file.path)
    core.signals_keep(file.path)
  end
end

return M
