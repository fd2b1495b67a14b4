--- Reads values that must not show in a process list (secrets, offer URIs, claims) from a file or from standard input.
local one_line = require "credenco.base.one_line"
local usage = require "credenco.cli.usage"
local without_bom = require "credenco.base.without_bom"

local M = {}

M.MAX_BYTES = 1048576

local stdin_taken = false

local function open_stdin(what)
  if stdin_taken then
    usage.fail(what .. ": standard input can be read only once")
  end
  stdin_taken = true
  return io.stdin
end

local function open(path, what)
  if path == "-" then
    return open_stdin(what)
  end
  local file, err = io.open(path, "rb")
  if not file then
    usage.fail(("%s: cannot open %s"):format(what, err))
  end
  return file
end

--- The whole content of a file, or of standard input for "-", without a byte-order mark.
---@param path string
---@param what string the thing to read, for the message
---@return string
function M.read(path, what)
  local file = open(path, what)
  local content, err = file:read(M.MAX_BYTES + 1)
  if path ~= "-" then
    file:close()
  end
  if err then
    usage.fail(("%s: cannot read %s: %s"):format(what, path == "-" and "standard input" or path, err))
  end
  content = content or ""
  if #content > M.MAX_BYTES then
    usage.fail(("%s: longer than %d bytes"):format(what, M.MAX_BYTES))
  end
  return without_bom(content)
end

--- The one line of a file, without the whitespace around it.
---@param path string
---@param what string
---@return string
function M.read_line(path, what)
  local line, problem = one_line.of(M.read(path, what))
  if not line then
    usage.fail(("%s: %s %s"):format(what, path == "-" and "standard input" or path, problem))
  end
  return line
end

return M
