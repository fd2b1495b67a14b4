--- Texts that are nearly what they were: for JSON and forms, the same for the same seed.
local M = {}

--- Any of these can be where a value was, and the text is JSON still.
local VALUES = {
  "null", "true", "0", "-0", "-1", "0.5", "1e400", "-1e400", "1e308", "9007199254740993", '""', '"x"', '"\\ud800"', '"\\u0000"',
  '"Ünïcødé"', "[]", "{}", "[[]]", '[""]', "[null]", '{"":{}}', '{"...":"x"}', '{"_sd":["x"]}', '{"1":1}', '["1",1]', '{"a":1,"a":1}',
  ("["):rep(70) .. ("]"):rep(70), ("9"):rep(400), '"' .. ("x"):rep(2000) .. '"', '"ES256"', '"none"', '"did:jwk:e30#0"', '"%00"',
}
local NAMES = {
  "_sd", "...", "kid", "jwk", "x5c", "crit", "alg", "typ", "exp", "nbf", "iss", "nonce", "x", "1", "", "proofs", "jwt", "iat", "aud",
  "credential_identifier", "credential_configuration_id", "template_id", "claims", "correlation_id", "qr_code", "d", "use",
}
local RUBBISH = {
  "\255", "\237\160\128", "\0", "\\", '"', "%", "%zz", "&", "+", "=", ",", ":", "{", "}", "[", "]", ".", "~", "\n", ('{"a":'):rep(120),
}

--- Whole numbers from 1 to a limit (Park and Miller).
---@param seed integer
---@return fun(limit: integer): integer
function M.random(seed)
  local state = seed % 2147483646 + 1
  return function(limit)
    state = state * 16807 % 2147483647
    return state % limit + 1
  end
end

local function spliced(text, from, to, piece)
  return text:sub(1, from - 1) .. piece .. text:sub(to + 1)
end

--- Another value or name in place of one, behind `at`.
local function replace(text, at, random)
  local from, to = text:find("[^,:=&%[%]{}]+", at)
  if not from then
    return text
  end
  local is_name = text:sub(to + 1, to + 1) == ":"
  return spliced(text, from, to, is_name and ('"%s"'):format(NAMES[random(#NAMES)]) or VALUES[random(#VALUES)])
end

--- One member more, at the beginning of an object.
local function add(text, at, random)
  local brace = text:find("{", at, true)
  return brace and spliced(text, brace + 1, brace,
    ('"%s":%s,'):format(NAMES[random(#NAMES)], VALUES[random(#VALUES)])) or text
end

--- What can be done to a text, `at` one of its places; what leaves JSON as it is, more often than not.
local CHANGES = {
  replace, replace, replace, replace, replace, replace, replace, replace, add, add, add, add,
  function(text, at, random) return spliced(text, at, at, string.char(random(256) - 1)) end,
  function(text, at, random) return spliced(text, at, at + random(8), "") end,
  function(text, at, random) return spliced(text, at, at - 1, RUBBISH[random(#RUBBISH)]) end,
  function(text, at, random) return spliced(text, at, at - 1, text:sub(at, at + random(40))) end,
  function(text, at) return text:sub(1, at) end,
}

--- One to three changes.
---@param text string
---@param random fun(limit: integer): integer
---@return string
function M.mutate(text, random)
  for _ = 1, random(3) do
    if text == "" then return RUBBISH[random(#RUBBISH)] end
    text = CHANGES[random(#CHANGES)](text, random(#text), random)
  end
  return text
end

return M
