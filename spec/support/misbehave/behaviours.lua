-- Everything a server can do wrong, by name. A behaviour says what is done (`act`, see acts.lua), with what,
-- and when: once the request's head is there (`at = "head"`) or, usually, once all of it is.
local behaviours = {}

local OK = "HTTP/1.1 200 Whatever\r\n"
local CHUNKED = OK .. "Transfer-Encoding: chunked\r\n\r\n"
local HTML = { ["content-type"] = "text/html" }
local PAGE = "<html><h1>Hi</h1></html>"
local JSON = { ["content-type"] = "application/json" }

local function problem(status)
  return ('{"status":%d,"title":"refused on purpose","detail":"status %d of the specs"}'):format(status, status)
end

--- An answer with nothing but a status and problem details (RFC 9457).
local function refusal(status, headers)
  local all = { ["content-type"] = "application/problem+json" }
  for name, value in pairs(headers or {}) do all[name] = value end
  return { act = "answer", status = status, headers = all, body = problem(status) }
end

local function json(body)
  return { act = "answer", status = 200, headers = JSON, body = body }
end

local named = {
  -- the connection
  reset = { act = "reset" },
  reset_at_head = { act = "reset", at = "head" },
  close = { act = "close" },
  hang = { act = "hang" },
  answer_and_close = { act = "proper", after = "close" },
  answer_at_head_and_reset = { act = "answer", at = "head", status = 413, after = "reset" },

  -- the amount
  half_head = { act = "raw", bytes = "HTTP/1.1 200 Whatever" },
  half_body = { act = "raw", bytes = OK .. 'Content-Length: 1000\r\n\r\n{"half":' },
  half_chunk = { act = "raw", bytes = CHUNKED .. "ff\r\nhalf" },
  drip = { act = "drip", bytes = OK .. "Content-Length: 1000\r\n\r\n", every_ms = 1000 },
  endless_body = { act = "flood", begin = CHUNKED, again = "1000\r\n" .. ("x"):rep(4096) .. "\r\n" },
  huge_body = { act = "flood", begin = OK .. "Content-Length: 4294967296\r\n\r\n", again = "x" },
  body_to_the_close = { act = "flood", begin = OK .. "\r\n", again = "x" },
  endless_head = { act = "flood", begin = OK, again = "x-flood: " .. ("x"):rep(4000) .. "\r\n" },

  -- the meaning
  html = { act = "answer", status = 200, headers = HTML, body = PAGE },
  html_with_mark = { act = "answer", status = 200, headers = HTML, body = "\239\187\191" .. PAGE },
  html_in_utf_16 = { act = "answer", status = 200, headers = HTML, body = "\255\254" .. PAGE:gsub(".", "%0\0") },
  html_behind_text = { act = "answer", status = 200, headers = HTML, body = "Welcome to our network. " .. PAGE },
  not_http = { act = "raw", bytes = "SSH-2.0-OpenSSH_9.2p1\r\n" },
  not_json = json("certainly"),
  nothing = { act = "answer", status = 200 },
  no_content = { act = "answer", status = 204, framing = "none" },
  other_json = json('{"credential":{"id":1}}'),
  array_json = json('["request_uri"]'),
  string_json = json('"request_uri"'),
  null_json = json("null"),
  deep_json = json(("["):rep(100000)),
  request_uri_number = json('{"request_uri":42,"status_uri":"x"}'),
  request_uri_null = json('{"request_uri":null,"status_uri":"x"}'),
  request_uri_object = json('{"request_uri":{"a":1},"status_uri":"x"}'),
  request_uri_without_offer = json('{"request_uri":"openid-credential-offer://?a=1"}'),
  offer_by_value = json('{"request_uri":"openid-credential-offer://?credential_offer=%7B%7D"}'),
  insecure_offer = json('{"request_uri":"https://w.example/?credential_offer_uri=http%3A%2F%2Fissuer.example%2Fo"}'),
  status_number = json('{"status":7}'),
  issue_error = json('{"status":"error"}'),
  unknown_status = json('{"status":"something_new"}'),
  token_number = json('{"access_token":42,"token_type":"Bearer","expires_in":300}'),
  token_with_newline = json('{"access_token":"a\\r\\nx-evil: 1","token_type":"Bearer","expires_in":300}'),
  no_contacts = json("[]"),
  object_of_contacts = json("{}"),
  other_shape_of_contacts = json('[{"id":2,"contact":{"did":"did:web:issuer.example"}}]'),
  contacts_of_text = json('["did:web:issuer.example"]'),
  contacts = json('[{"id":1,"did":"did:web:a","name":"A","directIssueAllowed":true},'
    .. '{"id":2,"did":"did:web:issuer.example","name":"Issuer","directIssueAllowed":true}]'),
  other_contacts = json('[{"id":2,"did":"did:web:issuer.example","name":"Another name","directIssueAllowed":true}]'),
  invalid_client = { act = "answer", status = 400, headers = JSON, body = '{"error":"invalid_client"}' },
  plain_refusal = { act = "answer", status = 400, headers = JSON, body = "plain text labelled as JSON" },
  binary_refusal = { act = "answer", status = 422, headers = JSON, body = "\0\1\27[31m\255\254" },
  long_refusal = { act = "answer", status = 422, headers = JSON, body = '{"detail":"' .. ("long "):rep(10000) .. '"}' },
  echo_refusal = { act = "echo", status = 422 },

  -- somewhere else
  redirect = { act = "redirect", status = 302 },
  redirect_with_body = { act = "redirect", status = 307 },
}

--- The default behaviour: what the documentation says the call answers.
behaviours.proper = { act = "proper" }

--- A behaviour as scripts give it: a name; a status, for a bare refusal; or a table, taken as it is. A table
--- with `status` and no `act` is a refusal with those headers.
---@param given string|integer|table
---@return table
function behaviours.find(given)
  if type(given) == "number" then return refusal(given) end
  if type(given) == "table" then return given.act and given or refusal(given.status, given.headers) end
  if given == "proper" then return behaviours.proper end
  return named[given] or error("no such behaviour: " .. tostring(given))
end

return behaviours
