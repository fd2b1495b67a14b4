--- Reads the form of git's and AWS's configuration files: `[section]`, `name = value`, and comments that begin with #
--- or ;. A value is the rest of its line, without quotes and escapes. Anything else is refused.

local M = {}

---@class credenco.cli.ProfileValue
---@field value string
---@field line integer

local function add_value(section, number, name, value)
  if section[name] then return ("line %d: %s occurs twice"):format(number, name) end
  section[name] = { value = value, line = number }
end

local function begin_section(sections, number, name)
  if sections[name] then return nil, ("line %d: [%s] occurs twice"):format(number, name) end
  sections[name] = {}
  return sections[name]
end

local function read_line(sections, current, number, line)
  if line == "" or line:find "^[#;]" then return current end
  local header = line:match "^%[%s*([%w_.-]+)%s*%]$"
  if header then return begin_section(sections, number, header) end
  local name, value = line:match "^([%w_]+)%s*=%s*(.+)$"
  if not name then return nil, ("line %d: [NAME] or name = value expected"):format(number) end
  if not current then return nil, ("line %d: %s comes before the first [NAME]"):format(number, name) end
  local flaw = add_value(current, number, name, value)
  return not flaw and current or nil, flaw
end

--- Reads a whole file.
---@param text string
---@return table<string, table<string, credenco.cli.ProfileValue>>? sections by name
---@return string? err names the line
function M.read(text)
  local sections, current, number = {}, nil, 0
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    local err
    current, err = read_line(sections, current, number, line:match "^%s*(.-)%s*$")
    if err then return nil, err end
  end
  return sections
end

return M
