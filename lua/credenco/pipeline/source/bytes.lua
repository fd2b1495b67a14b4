--- Bytes of a file, a pipe or standard input, a chunk at a time.

local uv = require "luv"

local M = {}

local CHUNK_BYTES = 65536
local STDIN = 0

---@class credenco.pipeline.Bytes
---@field size? integer bytes in all, when the operating system knows
---@field taken integer bytes handed out so far
local Bytes = {}
Bytes.__index = Bytes

---@param path string a path, or `-` for standard input
---@return credenco.pipeline.Bytes?
---@return string? err
function M.open(path)
  if path == "-" then return setmetatable({ fd = STDIN, taken = 0 }, Bytes) end
  local fd, err = uv.fs_open(path, "r", 0)
  if not fd then return nil, err end
  local stat = uv.fs_fstat(fd)
  if stat and stat.type == "directory" then
    uv.fs_close(fd)
    return nil, ("%s is a folder"):format(path)
  end
  local size = stat and stat.type == "file" and stat.size or nil
  return setmetatable({ fd = fd, size = size, taken = 0 }, Bytes)
end

--- Hands out a Lua string as if it were a file.
---@param text string
---@return credenco.pipeline.Bytes
function M.of(text)
  return setmetatable({ text = text, size = #text, taken = 0 }, Bytes)
end

function Bytes:read_text()
  local chunk = self.text:sub(self.taken + 1, self.taken + CHUNK_BYTES)
  self.taken = self.taken + #chunk
  return chunk ~= "" and chunk or nil
end

--- The next bytes.
---@return string? chunk nil at the end, and when reading failed
---@return string? err
function Bytes:read()
  if self.text then return self:read_text() end
  local chunk, err = uv.fs_read(self.fd, CHUNK_BYTES, -1)
  if not chunk then return nil, err end
  self.taken = self.taken + #chunk
  return chunk ~= "" and chunk or nil
end

function Bytes:close()
  if self.fd and self.fd ~= STDIN then uv.fs_close(self.fd) end
  self.fd, self.text = nil, ""
end

return M
