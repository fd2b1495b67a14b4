--- The fields of the option `oauth2`, each once: its check, its line in docs/credentials.md, and its command-line flag.

local options = require "credenco.base.options"
local settings = require "credenco.base.settings"

local M = {}

local METHODS = { post = true, basic = true, private_key_jwt = true }

local function method(value)
  if not METHODS[value] then return 'must be "post", "basic" or "private_key_jwt"' end
end

--- In the order of the documentation. `flag` is as in credenco.base.settings.
---@type credenco.Setting[]
M.LIST = {
  {
    name = "token_url", type = "string", required = true, check = settings.url_problem,
    help = "the URL for token requests; https, or http to a loopback host",
    flag = { name = "--token-url", argname = "URL", variable = "TOKEN_URL", help = "URL for OAuth2 tokens." },
  },
  {
    name = "client_id", type = "string", required = true, check = options.clean_text,
    help = "the id of the OAuth2 client",
    flag = { name = "--client-id", argname = "ID", variable = "CLIENT_ID", help = "Id of the OAuth2 client." },
  },
  {
    name = "client_auth", type = "string", default = "post", check = method,
    help = 'how the client authenticates: with its secret in the form (`"post"`) or as HTTP Basic (`"basic"`), or '
      .. 'with a signed assertion (`"private_key_jwt"`)',
    flag = {
      name = "--client-auth", argname = "METHOD", variable = "CLIENT_AUTH",
      help = "How the OAuth2 client authenticates: post (default), basic or private_key_jwt.",
    },
  },
  {
    name = "client_secret", type = { "string", "function" }, check = options.clean_text_or_function,
    help = "for `post` and `basic`: text, or a function that returns it and is called again after a refusal",
  },
  {
    name = "client_secret_file", type = "string", check = options.clean_text,
    help = "instead of `client_secret`: a file with the secret, which the client reads again when it changes",
    flag = {
      name = "--client-secret-file", argname = "FILE", variable = "CLIENT_SECRET_FILE",
      help = "File with the OAuth2 client's secret.",
    },
  },
  {
    name = "private_key", type = "string",
    help = "for `private_key_jwt`: the key as PEM, without a pass phrase. An RSA key signs with RS256; a key on P-256, "
      .. "P-384 or P-521 signs with ES256, ES384 or ES512",
  },
  {
    name = "private_key_file", type = "string", check = options.clean_text,
    help = "instead of `private_key`: a file with the key, which the client reads again for each token",
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
    help = "the `aud` of the assertions; some servers require their issuer identifier",
    flag = {
      name = "--assertion-audience", argname = "TEXT", variable = "ASSERTION_AUDIENCE",
      help = "The audience of the assertions (default: the token URL).",
    },
  },
  {
    name = "scope", type = "string", check = options.clean_text,
    help = "sent with the token request",
    flag = { name = "--scope", argname = "SCOPE", variable = "SCOPE", help = "OAuth2 scope to request." },
  },
  {
    name = "audience", type = "string", check = options.clean_text,
    help = "sent with the token request; some servers require it",
    flag = {
      name = "--audience", argname = "TEXT", variable = "AUDIENCE",
      help = "OAuth2 audience to request, if the server requires one.",
    },
  },
  {
    name = "resource", type = "string", check = options.clean_text,
    help = "sent with the token request (RFC 8707)",
    flag = {
      name = "--resource", argname = "URI", variable = "RESOURCE", help = "OAuth2 resource to request (RFC 8707).",
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

-- A secret as text or function, or its file: which of the two is given, or a problem.
local function one_of(given, name)
  local file = name .. "_file"
  if given[name] and given[file] then return nil, ("give either %s or %s"):format(name, file) end
  return given[name] or given[file]
end

--- Checks fields that depend on each other: names one that is missing or does not belong here. Else nil.
---@param given table  checked
---@return string?
function M.problem_with(given)
  local signs = given.client_auth == "private_key_jwt"
  local wanted, unwanted = signs and "private_key" or "client_secret", signs and "client_secret" or "private_key"
  if one_of(given, unwanted) then
    return ('%s is %s client_auth = "private_key_jwt"'):format(unwanted, signs and "not for" or "for")
  end
  local proof, problem = one_of(given, wanted)
  if not proof then return problem or wanted .. " is missing" end
end

return M
