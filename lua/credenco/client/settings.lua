--- Reads the options of credenco.new, which are described in credenco.base.settings, and what is inside of them.

local described = require "credenco.base.settings"
local loop = require "credenco.loop"
local options = require "credenco.base.options"

local M = {}

---@class credenco.Options
---@field base_url string            the issuer's API, such as https://wallet.credenco.com; https, or http to loopback
---@field wallet_base_url string?    where offers are pushed to; default: base_url
---@field api_key string?            this or oauth2; with neither the client can push, which takes no credentials
---@field auth_scheme "x-api-key"|"bearer"|nil  how the key travels; default "x-api-key"
---@field oauth2 { token_url: string, client_id: string, client_secret: string, scope: string?, shared_dict: string? }?  shared_dict: nginx: the lua_shared_dict through which all workers share one token
---@field timeout_ms integer?        deadline of one call with its retries and waits; default 30000
---@field connect_timeout_ms integer?  default 5000
---@field retry { max_attempts: integer?, base_ms: integer?, cap_ms: integer? }?  default 3, 100, 5000
---@field ca_file string?            PEM file of the CA certificates to trust, instead of the system's
---@field proxy string?              default: what the environment says; "" for none
---@field max_body_bytes integer?    largest answer; default 1 MiB
---@field user_agent string?         default "credenco/<version>"
---@field transport "curl"|"cosocket"|table|nil  default "curl"; a table with a send method is used as it is
---@field connection_cache integer?  connections kept alive; default 1024
---@field insecure_loopback boolean? take any certificate from a loopback host; default false
---@field exit_grace_ms integer?     nginx: how long a worker that is shutting down waits for requests in flight; default 5000
---@field on_event (fun(event: table))?  told of every request, answer and loss; no secrets in it

M.RETRY = {
  max_attempts = { type = "integer", default = 3, min = 1, max = 100 },
  base_ms = { type = "integer", default = 100, min = 0, max = 3600000 },
  cap_ms = { type = "integer", default = 5000, min = 0, max = 3600000 },
}

local function shared_dict(name)
  if not loop.shared_dict then return "is for nginx only" end
  if not loop.shared_dict(name) then return "must name a lua_shared_dict of nginx's configuration" end
end

M.OAUTH2 = {
  token_url = { type = "string", required = true, check = described.url_problem },
  client_id = { type = "string", required = true, check = options.clean_text },
  client_secret = { type = "string", required = true, check = options.clean_text },
  scope = { type = "string", check = options.clean_text },
  shared_dict = { type = "string", check = shared_dict },
}

local function without_trailing_slash(text)
  return (text:gsub("/+$", ""))
end

--- Checks and completes the options of credenco.new; the argument is not changed.
---@param given credenco.Options
---@param level integer
---@return table
function M.read(given, level)
  local what = "credenco.new"
  local read = options.read(what, described.SPEC, given, level + 1)
  if read.api_key and read.oauth2 then
    error(what .. ": give either api_key or oauth2", level + 1)
  end
  read.retry = options.read(what .. " retry", M.RETRY, read.retry, level + 1)
  if read.oauth2 then
    read.oauth2 = options.read(what .. " oauth2", M.OAUTH2, read.oauth2, level + 1)
  end
  read.base_url = without_trailing_slash(read.base_url)
  read.wallet_base_url = without_trailing_slash(read.wallet_base_url or read.base_url)
  return read
end

return M
