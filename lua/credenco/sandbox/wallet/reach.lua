--- The URLs that a wallet may call. The sender of an offer chooses its URLs, and could otherwise make the wallet call
--- anything that this machine can reach.
local config = require "credenco.sandbox.ground.config"
local core = require "credenco.core"

local M = {}

---@class credenco.SandboxUrl
---@field scheme "http"|"https"
---@field host string
---@field authority string host and port
---@field path string with query; "" if there is none

--- Parses an absolute http(s) URL. Refuses user information, a fragment, and bytes that a URL cannot have.
---@param url any
---@return credenco.SandboxUrl?
function M.parse(url)
  if type(url) ~= "string" or url:find "[%c%s\\#\127-\255]" then
    return nil
  end
  local scheme, authority, path = url:match "^(https?)://([^/?]+)(.*)$"
  if not scheme then
    return nil
  end
  local host = authority:match "^(%[[%x:.]+%])%f[:%z]" or authority:match "^([%w.-]+)%f[:%z]"
  if not host or not authority:sub(#host + 1):find "^:?%d*$" then
    return nil
  end
  return { scheme = scheme, host = host:lower(), authority = authority:lower(), path = path }
end

local function is_allowed(url)
  if core.is_loopback(url.host) then
    return true
  end
  for _, name in ipairs(config.allow) do
    if name == url.host or name == url.authority then
      return url.scheme == "https"
    end
  end
  return false
end

--- Whether the wallet may call this URL.
---@param url any
---@return credenco.SandboxUrl?
---@return { reason: string, detail: string }? failure
function M.check(url)
  local parsed = M.parse(url)
  if not parsed then
    return nil, { reason = "url_invalid", detail = "the issuer names something that is not an http or https URL" }
  end
  if not is_allowed(parsed) then
    return nil, {
      reason = "fetch_not_allowed",
      detail = ("this wallet may not call %s://%s"):format(parsed.scheme, parsed.authority),
    }
  end
  return parsed
end

return M
