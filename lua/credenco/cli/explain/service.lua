--- Asks the service for the status of issues. It stops when the service cannot be reached: the next id would fail, too.
local library = require "credenco.cli.library"
local options = require "credenco.base.options"
local settings = require "credenco.cli.server_settings"
local usage = require "credenco.cli.usage"

local M = {}

-- More than one record can have; a wallet may have thousands.
local MOST = 50

---@class credenco.cli.Service
---@field base_url string?
---@field problem string? why it no longer asks
---@field err credenco.Error?
local Service = {}
Service.__index = Service

--- Without credentials it cannot ask. That is not an error, since the journal is enough.
---@param args table the parsed arguments
---@param may_be_missing boolean
---@return credenco.cli.Service
function M.new(args, may_be_missing)
  local self = setmetatable({ asked = 0 }, Service)
  if args.offline then
    self.problem = "not asked (--offline)"
    return self
  end
  local ok, given = pcall(settings.options, args)
  if ok then
    self.client, self.base_url = library.new_client(given), given.base_url
  elseif may_be_missing and usage.is(given) then
    self.problem = "not asked: " .. given.message
  else
    error(given, 0)
  end
  return self
end

local function said_by(result)
  return { status = result.status, revocation_uuid = result.revocation_uuid }
end

--- Asks for the status of an issue.
---@param id string
---@return { status: string?, revocation_uuid: string? }|false|nil issue false: the service knows no such issue; nil: it was not asked, or did not say
function Service:status(id)
  if self.problem or options.identifier(id) then return nil end
  if self.asked >= MOST then
    self.problem = ("asked for the first %d only"):format(MOST)
    return nil
  end
  self.asked = self.asked + 1
  local result, err = self.client:issue_status(id)
  if result then return said_by(result) end
  if err.code == "not_found" then return false end
  self.err, self.problem = err, tostring(err):gsub("^credenco: ", "")
  return nil
end

function Service:close()
  if self.client then self.client:close() end
end

return M
