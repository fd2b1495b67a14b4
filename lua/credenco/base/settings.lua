--- The options of credenco.new, each once: its check, its default, its user, and its line in docs/client.md. The
--- client, the transports, the key under which engines are shared, and the command line's flags use this table.

local auth_schemes = require "credenco.base.auth_schemes"
local core = require "credenco.core"
local header_fields = require "credenco.base.header_fields"
local options = require "credenco.base.options"
local trace = require "credenco.base.trace"

---@class credenco.Setting: credenco.OptionSpec
---@field name string
---@field used_by "client"|"transport"|"engine"  "engine": transports that share connections must agree on it
---@field help string           its text in docs/client.md
---@field shown string?         its default there, if that is not the code's own
---@field flag { name: string, argname: string, variable: string?, help: string }?  of the command line; the value is text

-- Leaves room for the longest path and query.
local URL_MAX_BYTES = 8192

local M = {}

--- A day: the most that any timeout may be.
M.LONGEST_MS = 86400000

--- Says why this library may not use a URL, or nil.
---@param value string
---@return string?
function M.url_problem(value)
  if #value > URL_MAX_BYTES then return ("must be at most %d bytes long"):format(URL_MAX_BYTES) end
  local parsed = core.parse_url(value)
  if not parsed and value:find("^%a+://[^/]*[\128-\255]") then
    return "must have an ASCII host: write an international name in its xn-- form"
  end
  if not parsed then return "must be an absolute http or https URL without user info or fragment" end
  if not parsed.secure then return "must be https: plain http is for loopback hosts only" end
end

local function base_url(value)
  if #value > 2048 then return "must be at most 2048 bytes long" end
  if value:find("?", 1, true) then return "must not have a query" end
  return M.url_problem(value)
end

local function transport(value)
  if type(value) == "table" then
    return type(value.send) ~= "function" and "must have a method send" or nil
  end
  if value ~= "curl" and value ~= "cosocket" then return 'must be "curl", "cosocket" or a table' end
end

local function proxy(value)
  return value ~= "" and options.clean_text(value) or nil
end

local function scheme(value)
  if not auth_schemes.BY_NAME[value] then
    return ('must be "%s"'):format(table.concat(auth_schemes.NAMES, '" or "'))
  end
end

-- For editors: the rows of credenco.base.oauth2_settings again.
---@class credenco.OAuth2Options
---@field token_url string
---@field client_id string
---@field client_auth "post"|"basic"|"private_key_jwt"|nil  default "post"
---@field client_secret string|(fun(refused: string?): string)|nil  for post and basic
---@field client_secret_file string?  or the file with it
---@field private_key string?         for private_key_jwt: PEM
---@field private_key_file string?    or the file with it
---@field private_key_id string?      kid
---@field assertion_audience string?  default: token_url
---@field scope string?
---@field audience string?
---@field resource string?
---@field shared_dict string?         nginx: the lua_shared_dict through which all workers share one token

local function traceparent(value)
  return type(value) == "string" and trace.problem(value) or nil
end

-- For editors: the rows below again.
---@class credenco.Options
---@field base_url string            the issuer's API, such as https://wallet.credenco.com; https, or http to loopback
---@field wallet_base_url string?    where offers are pushed to; default: base_url
---@field api_key string|(fun(refused: string?): string)|nil  this, api_key_file or oauth2; with none of them, the client can only deliver offers, which needs no credentials
---@field api_key_file string?       file with the key, which is read again when it changes
---@field auth_scheme "x-api-key"|"bearer"|nil  how the client sends the key; default "x-api-key"
---@field oauth2 credenco.OAuth2Options?  client credentials
---@field timeout_ms integer?        deadline of one call, including its repeats and waits; default 30000
---@field connect_timeout_ms integer?  default 5000
---@field retry { max_attempts: integer?, base_ms: integer?, cap_ms: integer? }?  default 3, 100, 5000
---@field client_cert string?        PEM file of the client's certificate, for mutual TLS
---@field client_key string?         PEM file of its key; default: client_cert
---@field client_key_passphrase_file string?  file whose first line decrypts the key
---@field ca_file string?            PEM file of the CA certificates to trust, instead of the system's
---@field proxy string?              the URL of a proxy; default: the environment's; "" for none
---@field max_body_bytes integer?    maximum length of a response body; default 1 MiB
---@field user_agent string?         default "credenco/<version>"
---@field transport "curl"|"cosocket"|table|nil  default "curl"; a table needs a method `send`
---@field connection_cache integer?  how many idle connections the client keeps at most; default 1024
---@field insecure_loopback boolean? accept any certificate from a loopback host; default false
---@field exit_grace_ms integer?     nginx: how long a worker that is shutting down waits for requests in flight; default 5000
---@field headers table<string, string>?  header fields of your own, for requests to the origin of base_url
---@field traceparent string|(fun(): string?)|nil  W3C Trace Context of calls that get none as an argument
---@field on_event (fun(event: credenco.Event))?  is called for every request, response, loss, wait and failure, without secrets

--- In the order of docs/client.md.
---@type credenco.Setting[]
M.LIST = {
  {
    name = "base_url", type = "string", required = true, check = base_url, used_by = "client",
    help = "the issuer's API; https, or http to a loopback host",
    flag = { name = "--base-url", argname = "URL", variable = "BASE_URL", help = "URL of the issuer's API" },
  },
  {
    name = "api_key", type = { "string", "function" }, check = options.clean_text_or_function, used_by = "client",
    help = "the key, or a function that returns it and is called again after a 401; or use `api_key_file` or `oauth2`",
  },
  {
    name = "api_key_file", type = "string", check = options.clean_text, used_by = "client",
    help = "a file with the key, which the client reads again when it changes: "
      .. "[credentials.md](credentials.md#keys-that-change)",
  },
  {
    name = "auth_scheme", type = "string", default = auth_schemes.NAMES[1], check = scheme, used_by = "client",
    help = 'how the client sends the key: `"x-api-key"` or `"bearer"`',
  },
  {
    name = "oauth2", type = "table", used_by = "client",
    help = "`{ token_url, client_id, client_secret, ... }`: the client requests tokens with OAuth2 instead of an API "
      .. "key, see [credentials.md](credentials.md#oauth2)",
  },
  {
    name = "wallet_base_url", type = "string", check = base_url, used_by = "client", shown = "`base_url`",
    help = "the API of the wallets, for deliveries",
    flag = { name = "--wallet-base-url", argname = "URL", help = "URL of the wallets' API, if it is another one." },
  },
  {
    name = "timeout_ms", type = "integer", default = 30000, min = 1, max = M.LONGEST_MS, used_by = "client",
    help = "deadline of a call, including its repeats and waits",
  },
  {
    name = "connect_timeout_ms", type = "integer", default = 5000, min = 1, max = M.LONGEST_MS, used_by = "transport",
    help = "deadline for making one connection",
  },
  {
    name = "retry", type = "table", default = {}, used_by = "client", shown = "",
    help = "`{ max_attempts = 3, base_ms = 100, cap_ms = 5000 }`. Before a repeat the client waits a random time: at "
      .. "most `base_ms` before the first, twice as much before each further one, up to `cap_ms`. If the server sends "
      .. "`Retry-After`, the client waits that long. A client has a quota of 500 for repeats: a repeat takes 5, and a "
      .. "success gives 1 back. When the quota is used up, a call ends at its first failure, with `quota_spent`",
  },
  {
    name = "ca_file", type = "string", check = options.clean_text, used_by = "engine", shown = "the system's",
    help = "PEM file of the CA certificates to trust, instead of the system's",
    flag = {
      name = "--ca-file", argname = "FILE", variable = "CA_FILE",
      help = "CA certificates to trust, PEM, instead of the system's.",
    },
  },
  {
    name = "client_cert", type = "string", check = options.readable_file, used_by = "engine",
    help = "PEM file of the client's certificate, with its chain, for mutual TLS: "
      .. "[credentials.md](credentials.md#mutual-tls)",
    flag = {
      name = "--client-cert", argname = "FILE", variable = "CLIENT_CERT",
      help = "The client's certificate for mutual TLS, PEM, with its chain.",
    },
  },
  {
    name = "client_key", type = "string", check = options.readable_file, used_by = "engine", shown = "`client_cert`",
    help = "PEM file with the key of that certificate",
    flag = {
      name = "--client-key", argname = "FILE", variable = "CLIENT_KEY",
      help = "The key of that certificate, PEM (default: in the same file).",
    },
  },
  {
    name = "client_key_passphrase_file", type = "string", check = options.readable_file, used_by = "engine",
    help = "a file whose first line unlocks that key",
    flag = {
      name = "--client-key-passphrase-file", argname = "FILE", variable = "CLIENT_KEY_PASSPHRASE_FILE",
      help = "File with the pass phrase of that key.",
    },
  },
  {
    name = "proxy", type = "string", check = proxy, used_by = "engine", shown = "the environment's",
    help = 'the URL of a proxy; `""` for none',
  },
  {
    name = "max_body_bytes", type = "integer", default = 1048576, min = 1, max = 1073741824, used_by = "transport",
    help = "maximum length of a response body, in bytes",
  },
  {
    name = "user_agent", type = "string", default = "credenco/" .. core.version, check = options.clean_text,
    used_by = "transport", shown = '`"credenco/VERSION"`',
    help = "the header field `User-Agent`",
  },
  {
    name = "headers", type = "table", check = header_fields.problem_with, used_by = "client",
    help = "a table of your own header fields, name to value, for requests to the origin of `base_url`: "
      .. "[credentials.md](credentials.md#headers-of-your-own)",
  },
  {
    name = "transport", type = { "string", "table" }, default = "curl", check = transport, used_by = "client",
    help = 'how the client connects: `"curl"`, `"cosocket"` (only in nginx), or a table of your own',
  },
  {
    name = "connection_cache", type = "integer", default = 1024, min = 1, max = 100000, used_by = "engine",
    help = "how many idle connections the client keeps at most",
  },
  {
    name = "exit_grace_ms", type = "integer", default = 5000, min = 0, max = 3600000, used_by = "transport",
    help = "nginx: how long a worker that is shutting down waits for requests in flight",
  },
  {
    name = "insecure_loopback", type = "boolean", default = false, used_by = "engine",
    help = "accept any certificate from a loopback host",
  },
  {
    name = "traceparent", type = { "string", "function" }, check = traceparent, used_by = "client",
    help = "W3C Trace Context of calls that get none as an argument: text, or a function that the client calls when a "
      .. "call begins ([operations.md](operations.md#traces))",
    flag = {
      name = "--traceparent", argname = "VALUE", variable = "TRACEPARENT",
      help = "W3C Trace Context to send with every request.",
    },
  },
  {
    name = "on_event", type = "function", used_by = "client",
    help = "a function that the client calls for every request, response, loss, wait and failure, without secrets "
      .. "([operations.md](operations.md#events))",
  },
}

--- The same by name, for credenco.base.options.
---@type table<string, credenco.Setting>
M.SPEC = {}
for _, setting in ipairs(M.LIST) do M.SPEC[setting.name] = setting end

-- The origins that get the client certificate: the issuer's API and the token endpoint.
local function client_cert_origins(given)
  local origins = {}
  for _, url in ipairs { given.base_url or "", given.oauth2 and given.oauth2.token_url or "" } do
    origins[#origins + 1] = url:match "^%a+://[^/?#]+"
  end
  return table.concat(origins, " ")
end

--- The options of a transport: those of `given` that it uses, and the defaults. With a client certificate also
--- `client_cert_origins`, the URLs of the origins that get it, separated by spaces.
---@param given table?
---@return table
function M.for_transport(given)
  local read = {}
  for _, setting in ipairs(M.LIST) do
    if setting.used_by ~= "client" then
      local value = given and given[setting.name]
      if value == nil then value = setting.default end
      read[setting.name] = value
    end
  end
  if read.client_cert then read.client_cert_origins = given.client_cert_origins or client_cert_origins(given) end
  return read
end

--- The options that transports must have in common to share an engine, as text.
---@param of_transport table
---@return string
function M.engine_key(of_transport)
  local parts = {}
  for _, setting in ipairs(M.LIST) do
    local value = of_transport[setting.name]
    if setting.used_by == "engine" then parts[#parts + 1] = setting.name .. "=" .. tostring(value) end
  end
  parts[#parts + 1] = of_transport.client_cert_origins
  return table.concat(parts, "\n")
end

local function shown_default(setting)
  if setting.shown then return setting.shown end
  if setting.required then return "required" end
  if setting.default == nil then return "" end
  local form = type(setting.default) == "string" and '`"%s"`' or type(setting.default) == "boolean" and "`%s`" or "%s"
  return form:format(tostring(setting.default))
end

--- The option's line in the table of docs/client.md or docs/credentials.md.
---@param setting credenco.Setting
---@return string
function M.documented(setting)
  return (("| `%s` | %s | %s |"):format(setting.name, shown_default(setting), setting.help):gsub("  +", " "))
end

return M
