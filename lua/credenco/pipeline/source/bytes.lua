--- The bytes of a file, a pipe or standard input, a chunk at a time. If the next chunk may take long, as from a pipe,
--- only the reading task waits.

local file = require "credenco.pipeline.source.file"
local loop = require "credenco.loop"
local uv = require "luv"

local M = {}

local CHUNK_BYTES = 65536
local STDIN = 0
local stdin_file = io.stdin -- a workflow may get another one, see `credenco.base.forbidden`
local LOOK_MS = 10

---@class credenco.pipeline.Bytes
---@field size? integer total number of bytes, if the operating system knows
---@field place? string a file's real path
---@field edition? string identifies the content of a file after its first reading: its size, time of change and digest
---@field taken integer bytes returned so far
---@field file? credenco.pipeline.File for a file, which can be read again from any position
---@field stream? any luv's handle, for a stream that has to be waited for
---@field cancelled? boolean nobody waits any more
local Bytes = {}
Bytes.__index = Bytes

local OPENERS = {
  pipe = function() return uv.new_pipe(false) end,
  tcp = uv.new_tcp,
}

-- The type of `fd` if reading may have to wait. A file and a device respond at once.
local function stream_of(fd)
  local kind = uv.guess_handle(fd)
  if kind == "tty" then return uv.new_tty(fd, true) end
  local stream = OPENERS[kind] and OPENERS[kind]()
  if stream then assert(stream:open(fd)) end
  return stream
end

-- Standard input that a shell has connected to a file (`< FILE`) can be read twice, like any file, unless another
-- program has read its beginning.
local function open_stdin()
  local stat = uv.fs_fstat(STDIN)
  if stat and stat.type == "file" and stdin_file:seek "cur" == 0 then
    return setmetatable({ file = file.new(STDIN, stat), size = stat.size, taken = 0 }, Bytes)
  end
  return setmetatable({ fd = STDIN, stream = stream_of(STDIN), taken = 0 }, Bytes)
end

--- Whether a path leads to standard input: `-`, or another name of the same pipe, such as /dev/stdin.
---@param path string
---@return boolean
function M.is_standard_input(path)
  if path == "-" then return true end
  local named, own = uv.fs_stat(path), uv.fs_fstat(STDIN)
  return named ~= nil and own ~= nil and named.dev == own.dev and named.ino == own.ino
end

---@param path string a path, or `-` for standard input
---@return credenco.pipeline.Bytes?
---@return string? err
function M.open(path)
  if path == "-" then return open_stdin() end
  local fd, err = uv.fs_open(path, "r", 0)
  if not fd then return nil, err end
  local stat = uv.fs_fstat(fd)
  if stat and stat.type == "directory" then
    uv.fs_close(fd)
    return nil, ("%s is a directory"):format(path)
  end
  if not stat or stat.type ~= "file" then
    return setmetatable({ fd = fd, stream = stream_of(fd), taken = 0 }, Bytes)
  end
  local opened = file.new(fd, stat)
  return setmetatable({ file = opened, size = stat.size, place = uv.fs_realpath(path), taken = 0 }, Bytes)
end

--- Gives a Lua string in the form of a file.
---@param text string
---@return credenco.pipeline.Bytes
function M.of(text)
  return setmetatable({ text = text, size = #text, taken = 0 }, Bytes)
end

-- As `read`, of a Lua string.
function Bytes:read_text()
  local chunk = self.text:sub(self.taken + 1, self.taken + CHUNK_BYTES)
  self.taken = self.taken + #chunk
  return chunk ~= "" and chunk or nil
end

-- Whether the stream's next chunk, or its end, has arrived.
local function has_come(self)
  if not self.arrived then
    self.stream:read_start(function(err, chunk)
      self.stream:read_stop()
      self.arrived = { chunk = chunk, err = err }
    end)
    uv.run "nowait"
  end
  return self.arrived ~= nil
end

--- Whether reading now would have to wait.
---@return boolean
function Bytes:would_wait()
  return self.stream ~= nil and not has_come(self)
end

-- As `read`, of bytes that cannot be read twice; other tasks continue while it waits.
function Bytes:read_stream()
  while not has_come(self) do
    if self.cancelled then return nil, "not read to its end: the run was stopped" end
    loop.sleep(LOOK_MS)
  end
  local arrived = self.arrived
  if arrived.chunk then self.arrived = nil end
  return arrived.chunk or not arrived.err and "" or nil, arrived.err
end

--- The next bytes.
---@return string? chunk nil at the end, and if reading failed
---@return string? err
function Bytes:read()
  if self.text then return self:read_text() end
  local chunk, err
  if self.stream then
    chunk, err = self:read_stream()
  elseif self.file then
    chunk, err = self.file:read(CHUNK_BYTES)
  else
    chunk, err = uv.fs_read(self.fd, CHUNK_BYTES, -1)
  end
  if not chunk then return nil, err end
  self.taken = self.taken + #chunk
  return chunk ~= "" and chunk or nil
end

--- Whether the bytes can be read again.
---@return boolean
function Bytes:can_rewind()
  return self.text ~= nil or self.file ~= nil
end

--- Begins again. If a file changes in the part that was read, reading it fails.
function Bytes:rewind()
  self.taken = 0
  if not self.file then return end
  self.file:rewind()
  self.edition = self.file:identity()
end

--- Ends all waits for more.
function Bytes:cancel()
  self.cancelled = true
end

--- Frees the file or stream.
function Bytes:close()
  if self.stream then
    if self.stream.set_blocking then self.stream:set_blocking(true) end -- other programs may use the same pipe
    self.stream:close()
    uv.run "nowait"
  elseif self.file then
    self.file:close()
  elseif self.fd and self.fd ~= STDIN then
    uv.fs_close(self.fd)
  end
  self.fd, self.file, self.stream, self.text = nil, nil, nil, ""
end

return M
