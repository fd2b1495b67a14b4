--- The event that `credenco webhook send` sends, from its arguments.
local core = require "credenco.core"
local attribute = require "credenco.webhook.attribute"
local described = require "credenco.base.settings"
local event_time = require "credenco.cli.event_time"
local json = require "credenco.base.json"
local json_reader = require "credenco.base.json_reader"
local settings = require "credenco.cli.server_settings"
local signature = require "credenco.webhook.signature"
local source = require "credenco.cli.source"
local usage = require "credenco.cli.usage"

local M = {}

M.TYPE = "com.credenco.businesswallet.wallet.created.v1"
M.SOURCE = "/credenco/webhook/send"

local function check(option, problem)
  if problem then usage.fail(option .. " " .. problem) end
end

--- Refuses arguments that cannot make a request, before it reads a file.
---@param args table
function M.check(args)
  check("the URL", described.url_problem(args.url))
  check("--signature-header", signature.header_problem(args.signature_header))
  check("--signature-name", args.signature_name:find "^[%w_-]+$" == nil and "must be letters, digits, - and _" or nil)
end

local function data_of(path)
  if not path then
    return assert(json.encode { walletExternalKey = core.uuid(), displayName = "Test of the webhook" })
  end
  local text = source.read(path, "--data")
  check("--data", not core.utf8_valid(text) and "is not valid UTF-8" or nil)
  local value, problem = json_reader.read(text)
  if value == nil then usage.fail("--data: " .. problem) end
  return text
end

--- The event, and the unchanged data of the file.
---@param args table
---@return credenco.WalletEvent
---@return string data JSON
function M.of(args)
  local event = {
    specversion = attribute.SPECVERSION,
    id = args.id or core.uuid(), type = args.type or M.TYPE, source = args.source or M.SOURCE,
    time = event_time.of(os.time()),
  }
  local problem = attribute.problem_of(event)
  if problem then usage.fail("--" .. problem) end
  return event, data_of(args.data)
end

--- The secret that signs the event.
---@param args table
---@return string
function M.secret(args)
  if args.secret_file then return source.read_line(args.secret_file, "--secret-file") end
  local secret, file = settings.environment "WEBHOOK_SECRET", settings.environment "WEBHOOK_SECRET_FILE"
  if not (secret or file) then usage.fail "no secret: set CREDENCO_WEBHOOK_SECRET, or give --secret-file" end
  return secret or source.read_line(file, "CREDENCO_WEBHOOK_SECRET_FILE")
end

return M
