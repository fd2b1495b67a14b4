--- A window over a stream of bytes: bytes that were read and not used yet, up to a limit, so that a line of a gigabyte
--- takes no more memory than a short one.

local M = {}

-- The bytes to keep of a line over the limit: enough to recognise it.
local KEPT_BYTES = 4096

---@class credenco.pipeline.Buffer
---@field text string
---@field from integer the first byte not used yet
---@field ended boolean no more bytes will come
---@field line integer number of the physical line at `from`
local Buffer = {}
Buffer.__index = Buffer

---@param bytes credenco.pipeline.Bytes
---@param limit integer the most bytes one line or record may have
---@return credenco.pipeline.Buffer
function M.new(bytes, limit)
  return setmetatable({ bytes = bytes, limit = limit, text = "", from = 1, line = 1, ended = false }, Buffer)
end

--- Reads more. Adds a missing line break at the end of the stream, once.
---@return boolean? more false at the end; nil if reading failed
---@return string? err
function Buffer:fill()
  if self.ended then return false end
  local chunk, err = self.bytes:read()
  if err then return nil, err end
  local rest = self.text:sub(self.from)
  if not chunk then
    self.ended = true
    chunk = (rest == "" or rest:sub(-1) == "\n") and "" or "\n"
    self.completed = chunk == "\n"
  end
  self.text, self.from = rest .. chunk, 1
  return chunk ~= ""
end

--- Whether the next line is not here yet.
---@return boolean
function Buffer:would_wait()
  return self.bytes:would_wait() and not self.text:find("\n", self.from, true)
end

--- True if the waiting bytes reach the limit of a record.
---@return boolean
function Buffer:is_full()
  return #self.text - self.from + 1 > self.limit
end

---@return boolean
function Buffer:is_empty()
  return self.from > #self.text
end

--- Uses the bytes up to `stop`, and gives them unchanged, with the line break.
---@param stop integer
---@return string raw
function Buffer:take(stop)
  local raw = self.text:sub(self.from, stop)
  local first_break = raw:find("\n", 1, true)
  if first_break == #raw then
    self.line = self.line + 1
  elseif first_break then
    local _, breaks = raw:gsub("\n", "")
    self.line = self.line + breaks
  end
  self.from = stop + 1
  if self.completed and self:is_empty() then raw = raw:sub(1, -2) end
  return raw
end

--- The end of the physical line at `from`. Reads on until it is found.
---@return integer? stop position of its line break; nil at the end of the stream, over the limit, or on failure
---@return "end"|"limit"|string|nil why
function Buffer:line_end()
  local searched = self.from
  while true do
    local stop = self.text:find("\n", searched, true)
    if stop then
      if stop - self.from + 1 > self.limit then return nil, "limit" end
      return stop
    end
    if self:is_full() then return nil, "limit" end
    local waiting = #self.text - self.from + 1
    local more, err = self:fill()
    if err then return nil, err end
    if not more then return nil, "end" end
    searched = self.from + waiting
  end
end

--- Discards the physical line at `from`, of any length, and keeps its start.
---@return string? beginning
---@return string? err
function Buffer:skip_line()
  local beginning = self.text:sub(self.from, self.from + KEPT_BYTES - 1)
  while true do
    local stop = self.text:find("\n", self.from, true)
    if stop then
      self.from, self.line = stop + 1, self.line + 1
      return (beginning:match("^[^\n]*"))
    end
    self.from = #self.text + 1
    local more, err = self:fill()
    if err then return nil, err end
    if not more then return beginning end
  end
end

return M
