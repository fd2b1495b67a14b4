--- The contents of a gzip file, a chunk at a time.

local recode = require "credenco.recode"

local M = {}

---@class credenco.pipeline.Unpacked
---@field bytes credenco.pipeline.Bytes
local Unpacked = {}
Unpacked.__index = Unpacked

---@param bytes credenco.pipeline.Bytes
---@return credenco.pipeline.Unpacked
function M.new(bytes)
  return setmetatable({ bytes = bytes, inflater = recode.inflater() }, Unpacked)
end

---@return string? chunk nil at the end, and if reading failed
---@return string? err
function Unpacked:read()
  local inflater = self.inflater
  while true do
    local text = inflater:take()
    if not text then return nil, "its compressed form is damaged" end
    if text ~= "" then return text end
    local chunk, err = self.bytes:read()
    if err then return nil, err end
    if not chunk then
      return nil, not inflater:is_whole() and "its compressed form has no end: the file is not complete" or nil
    end
    inflater:give(chunk)
  end
end

---@return boolean
function Unpacked:would_wait()
  return self.bytes:would_wait()
end

return M
