--- A secret that may change while the program runs: a text, the result of a function, or the line in a file.

local errors = require "credenco.client.errors"
local loop = require "credenco.loop"
local one_line = require "credenco.base.one_line"
local options = require "credenco.base.options"
local thrown = require "credenco.base.thrown"

---@class credenco.Secret
---@field name string            of the option
---@field value string?          the current one
---@field previous string?       requests in flight may still carry it
---@field ask (fun(refused: string?): string)?
---@field path string?           of a file, which is read again
---@field changes boolean        whether it may ever change
---@field look_at_ms number      when to read the file again
local Secret = {}
Secret.__index = Secret

local M = {}

-- How long a change of a file may go unnoticed while no server refuses the old secret.
local LOOK_EVERY_MS = 1000

local function problem_with(value)
  if type(value) ~= "string" then return "it returned " .. type(value) .. ", not a string" end
  local problem = options.clean_text(value)
  return problem and "its result " .. problem
end

local function of_file(path)
  local value, problem = one_line.read(path)
  problem = problem or options.clean_text(value)
  if problem then return nil, problem end
  return value
end

--- The secret from an option, or from its `_file` option, whose file is read at once.
---@param settings table
---@param name string
---@return credenco.Secret?
---@return string? problem
function M.from(settings, name)
  local self = setmetatable({ name = name, changes = true, look_at_ms = 0 }, Secret)
  local given, path = settings[name], settings[name .. "_file"]
  if type(given) == "function" then
    self.ask = given
    return self
  end
  if not path then
    self.value, self.changes = given, false
    return self
  end
  local problem
  self.value, problem = of_file(path)
  if not self.value then return nil, name .. "_file " .. problem end
  self.path, self.changes = path, one_line.can_be_read_again(path)
  return self
end

local function set(self, value)
  if value == self.value then return end
  self.previous, self.value = self.value, value
end

-- If the file is missing or incomplete, keeps the secret.
local function look(self)
  self.look_at_ms = loop.now_ms() + LOOK_EVERY_MS
  local value = of_file(self.path)
  if value then set(self, value) end
end

local function ask(self, refused, step)
  local ok, value = pcall(self.ask, refused)
  local problem = not ok and "it failed" or problem_with(value)
  if not problem then
    set(self, value)
    return true
  end
  return nil, errors.new {
    code = "unauthorized", step = step, message = ("the function %s returned no usable value: %s"):format(
      self.name, problem),
    detail = not ok and errors.bounded_detail(thrown(value), self:all()) or nil,
  }
end

--- The current secret. A function is called the first time, and after its last result was refused. A file is read again
--- every second, and after its secret was refused.
---@param refused string?  the secret that a server did not accept
---@param step string
---@return string? value  nil without an error: there is none but the refused one
---@return credenco.Error? err  the function returned none
function Secret:get(refused, step)
  if self.ask and (not self.value or self.value == refused) then
    local ok, err = ask(self, refused, step)
    if not ok then return nil, err end
  elseif self.path and self.changes and (refused or loop.now_ms() >= self.look_at_ms) then
    look(self)
  end
  return self.value ~= refused and self.value or nil
end

--- All secrets that a server may have seen lately.
---@return string[]
function Secret:all()
  return { self.value or "", self.previous or "" }
end

return M
