--- The members of the option `oauth2`, each once: what it is, its line in docs/credentials.md, and the command line's
--- flag. The client's check follows from here.

local options = require "credenco.base.options"
local url_problem = require("credenco.base.settings").url_problem

local M = {}

local METHODS = { post = true, basic = true, private_key_jwt = true }

local function method(value)
  if not METHODS[value] then return 'must be "post", "basic" or "private_key_jwt"' end
end

--- In the order of the documentation. `flag` is as in credenco.base.settings.
---@type credenco.Setting[]
M.LIST = {
  {
    name = "token_url", type = "string", required = true, check = url_problem,
    help = "where tokens are asked for; https, or http to a loopback host",
    flag = { name = "--token-url", argname = "URL", variable = "TOKEN_URL", help = "Where OAuth2 tokens are had." },
  },
  {
    name = "client_id", type = "string", required = true, check = options.clean_text,
    help = "",
    flag = { name = "--client-id", argname = "ID", variable = "CLIENT_ID", help = "OAuth2 client." },
  },
  {
    name = "client_auth", type = "string", default = "post", check = method,
    help = 'how the client proves who it is: its secret in the form (`"post"`) or as HTTP Basic (`"basic"`), or a '
      .. 'signed assertion (`"private_key_jwt"`)',
    flag = {
      name = "--client-auth", argname = "METHOD", variable = "CLIENT_AUTH",
      help = "How the client proves who it is: post (default), basic or private_key_jwt.",
    },
  },
  {
    name = "client_secret", type = "string", check = options.clean_text,
    help = "for `post` and `basic`",
  },
  {
    name = "private_key", type = "string",
    help = "for `private_key_jwt`: the key as PEM, without a pass phrase; RSA signs RS256, P-256, P-384 and P-521 sign "
      .. "ES256, ES384 and ES512",
  },
  {
    name = "private_key_file", type = "string", check = options.clean_text,
    help = "or the file with it, which is read again for each token: a new key needs no restart",
    flag = {
      name = "--private-key-file", argname = "FILE", variable = "PRIVATE_KEY_FILE",
      help = "PEM file with the key that signs for private_key_jwt.",
    },
  },
  {
    name = "private_key_id", type = "string", check = options.clean_text,
    help = "the `kid` of the assertions",
    flag = {
      name = "--private-key-id", argname = "ID", variable = "PRIVATE_KEY_ID",
      help = "The key's id (kid) at the server.",
    },
  },
  {
    name = "assertion_audience", type = "string", check = options.clean_text, shown = "`token_url`",
    help = "the `aud` of the assertions; some servers want their issuer identifier",
    flag = {
      name = "--assertion-audience", argname = "TEXT", variable = "ASSERTION_AUDIENCE",
      help = "For whom the assertions are (default: the token URL).",
    },
  },
  {
    name = "scope", type = "string", check = options.clean_text,
    help = "sent with the request for a token, as are",
    flag = { name = "--scope", argname = "SCOPE", variable = "SCOPE", help = "OAuth2 scope to ask for." },
  },
  {
    name = "audience", type = "string", check = options.clean_text,
    help = "this parameter, which some servers want",
    flag = {
      name = "--audience", argname = "TEXT", variable = "AUDIENCE",
      help = "OAuth2 audience to ask for, where a server wants one.",
    },
  },
  {
    name = "resource", type = "string", check = options.clean_text,
    help = "and this one (RFC 8707)",
    flag = {
      name = "--resource", argname = "URI", variable = "RESOURCE", help = "OAuth2 resource to ask for (RFC 8707).",
    },
  },
  {
    name = "shared_dict", type = "string",
    help = "nginx: the `lua_shared_dict` through which all workers share one token",
  },
}

--- The same by name, for credenco.base.options.
---@type table<string, credenco.Setting>
M.SPEC = {}
for _, setting in ipairs(M.LIST) do M.SPEC[setting.name] = setting end

--- What is wrong with members that are right each by itself: one is missing, or does not belong. Else nil.
---@param given table  checked
---@return string?
function M.problem_with(given)
  local key = given.private_key or given.private_key_file
  if given.client_auth ~= "private_key_jwt" then
    if key then return 'private_key is for client_auth = "private_key_jwt"' end
    return not given.client_secret and "client_secret is missing" or nil
  end
  if given.client_secret then return 'client_secret is not for client_auth = "private_key_jwt"' end
  if not key then return "private_key is missing" end
  if given.private_key and given.private_key_file then return "give either private_key or private_key_file" end
end

return M
