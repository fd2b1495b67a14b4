--- A file that is read twice, first to check whether it can be used. Others may change it meanwhile, so this module
--- checks that all bytes are of one edition: a line must not be half old and half new. A file that only grows is read
--- to its new end. A file that was replaced or removed is read on, since its old content still exists.

local digest = require "openssl.digest"
local hex = require "credenco.base.hex"
local uv = require "luv"

local M = {}

local CHANGED = "it was changed while it was read; its lines from here on were not read: run it again"
local SHORTENED = "it was cut short while it was read; its lines from here on were not read: run it again"
local GROWING = "it is being written to, and its last line is not complete yet: run it again when the line is complete"

---@class credenco.pipeline.File
---@field fd integer
---@field edition string its size and time of change when it was opened
---@field at integer bytes read
---@field seen table the last result of uv.fs_fstat
---@field last string the chunk before `at`, behind the one before it
---@field before string
---@field surveyed? { bytes: integer, digest: string } the result of the first reading
local File = {}
File.__index = File

local function edition_of(stat)
  return ("%d bytes of %d.%09d"):format(stat.size, stat.mtime.sec, stat.mtime.nsec)
end

local function begin(self)
  self.at, self.before, self.last, self.sum = 0, "", "", digest.new "sha256"
end

---@param fd integer
---@param stat table the result of uv.fs_fstat
---@return credenco.pipeline.File
function M.new(fd, stat)
  local self = setmetatable({ fd = fd, edition = edition_of(stat), seen = stat }, File)
  begin(self)
  return self
end

-- Whether the last chunk, and the one before, in which a line may begin, are still the same in the file.
local function still_there(self)
  local known = self.before .. self.last
  return uv.fs_read(self.fd, #known, self.at - #known) == known
end

-- The time of change has steps of some milliseconds, which may hold two changes.
local function is_fresh(stat)
  return stat.mtime.sec + 1 >= os.time()
end

-- Why the last chunk may not belong to the bytes before it.
local function change(self)
  local now, err = uv.fs_fstat(self.fd)
  if not now then return err end
  local same = edition_of(now) == edition_of(self.seen)
  if now.size < self.at then return SHORTENED end
  if not same and now.size <= self.seen.size then return CHANGED end
  if (not same or is_fresh(now)) and not still_there(self) then return CHANGED end
  self.seen = now
end

local function take_note(self, chunk)
  self.at = self.at + #chunk
  if self.sum then self.sum:update(chunk) end
  self.before, self.last = self.last, chunk
end

-- The number of bytes to read. The second reading stops once where the first ended, to compare them.
local function step_of(self, most)
  local left = self.surveyed and self.surveyed.bytes - self.at or 0
  return left > 0 and math.min(most, left) or most
end

local function at_end(self)
  if self.at == 0 then return nil end
  local grown = edition_of(self.seen) ~= self.edition
  return grown and not self.last:find "\n%z*$" and GROWING or nil
end

-- Compares, once, the second reading with the first.
local function differs(self)
  if not self.surveyed or not self.sum or self.at < self.surveyed.bytes then return false end
  local found = self.sum:final()
  self.sum = nil
  return found ~= self.surveyed.digest
end

--- The next bytes.
---@param most integer
---@return string? chunk "" at the end; nil if reading failed, or if the bytes are of another edition
---@return string? err
function File:read(most)
  local chunk, err = uv.fs_read(self.fd, step_of(self, most), self.at)
  if not chunk then return nil, err end
  if chunk ~= "" then take_note(self, chunk) end
  local problem = change(self) or chunk == "" and at_end(self) or nil
  if not problem and differs(self) then problem = CHANGED end
  if problem then return nil, problem end
  return chunk
end

--- Identifies the content after the first reading. Size and time do not: an archive may give one time to all its files.
---@return string
function File:identity()
  return ("%s, SHA-256 %s"):format(self.edition, hex.encode(self.surveyed.digest))
end

--- Begins the second reading. If the part that was read changes, reading fails.
function File:rewind()
  if self.sum then self.surveyed = { bytes = self.at, digest = self.sum:final() } end
  begin(self)
end

--- Frees the descriptor.
function File:close()
  uv.fs_close(self.fd)
end

return M
