-- Runs a command in a process that may open few files.
local M = {}

-- The program gets none of the descriptors that earlier specs have left open.
local COMMAND = [[bash -c '
  for fd in /proc/self/fd/*; do [ "${fd##*/}" -le 2 ] || eval "exec ${fd##*/}>&-"; done
  ulimit -n %d; exec %s' 2>&1]]

---@param limit integer   files at a time
---@param command string  without a single quote
---@return string said  both outputs
function M.said_by(limit, command)
  local pipe = io.popen(COMMAND:format(limit, command))
  local said = pipe:read "*a"
  pipe:close()
  return said
end

return M
