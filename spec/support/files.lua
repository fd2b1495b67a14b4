-- Small files and the private folders they live in.
local uv = require "luv"

local files = {}

---@param path string
---@return string? content nil when there is no such file
function files.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local content = file:read("*a")
  file:close()
  return content
end

--- Writes a file so that a reader sees all of it or none of it.
---@param path string
---@param content string
function files.write(path, content)
  local draft = path .. ".draft"
  local file = assert(io.open(draft, "wb"))
  assert(file:write(content))
  file:close()
  assert(os.rename(draft, path))
end

--- A new folder that only this user can read.
---@return string path
function files.temporary_folder()
  return assert(uv.fs_mkdtemp(uv.os_tmpdir() .. "/credenco-spec-XXXXXX"))
end

--- Removes a folder and everything in it, following no link out of it.
---@param path string
function files.remove_folder(path)
  local entries = uv.fs_scandir(path)
  while entries do
    local name, kind = uv.fs_scandir_next(entries)
    if not name then break end
    local entry = path .. "/" .. name
    if kind == "directory" then files.remove_folder(entry) else uv.fs_unlink(entry) end
  end
  uv.fs_rmdir(path)
end

return files
