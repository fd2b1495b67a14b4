--- A cosocket that gives up on lines without end: lua-resty-http reads the head of an
--- answer line by line, as many and as long as they come.

local HEAD_MAX_BYTES = 262144
local PIECE_BYTES = 4096

-- A line without its CRLF or LF, and the bytes it took; nil and "too large" beyond `most`.
local function read_line(socket, most)
  local read, parts, size = socket:receiveuntil "\n", {}, 0
  while true do
    local piece, err = read(PIECE_BYTES)
    if err then return nil, err end
    if not piece then break end
    size = size + #piece
    if size > most then return nil, "too large" end
    parts[#parts + 1] = piece
  end
  return (table.concat(parts):gsub("\r$", "")), nil, size + 1
end

--- The same socket, whose lines have at most HEAD_MAX_BYTES between two sends.
---@param socket table
---@return table
return function(socket)
  local left = HEAD_MAX_BYTES

  local own = {}

  function own.receive(_, what, ...)
    if what ~= nil and what ~= "*l" then return socket:receive(what, ...) end
    local line, err, size = read_line(socket, left)
    if not line then return nil, err end
    left = left - size
    return line
  end

  function own.send(_, ...)
    left = HEAD_MAX_BYTES
    return socket:send(...)
  end

  return setmetatable(own, {
    __index = function(_, name)
      return function(_, ...) return socket[name](socket, ...) end
    end,
  })
end
