--- Credential requests: { name, body, status, error, headers = }. In a body, PROOF is a fresh proof in order.
local PROOFS = '"proofs":{"jwt":["PROOF"]}'
local ID = '"credential_configuration_id":"ebw_oid"'
local GOOD = "{" .. ID .. "," .. PROOFS .. "}"

local function with(more)
  return "{" .. ID .. "," .. PROOFS .. "," .. more .. "}"
end

local function proofs(text)
  return "{" .. ID .. ',"proofs":' .. text .. "}"
end

return {
  { "in order", GOOD, 200 },
  { "with members that nobody knows", with '"future":{"proof":[1]},"format":"dc+sd-jwt"', 200 },
  { "with the proof of an earlier draft beside it", with '"proof":{"proof_type":"jwt","jwt":"x"}', 200 },
  { "with an identifier that is null", with '"credential_identifier":null', 200 },
  { "with an encryption that is null", with '"credential_response_encryption":null', 200 },
  { "with another type of proof that is null", proofs '{"jwt":["PROOF"],"di_vp":null}', 200 },
  { "with a number that is rounded, which nobody asked for", with '"future":9007199254740993', 200 },
  { "with a charset", GOOD, 200, nil, headers = { ["content-type"] = "application/json; charset=utf-8" } },
  { "with its media type in capitals", GOOD, 200, nil, headers = { ["content-type"] = "APPLICATION/JSON" } },
  { "without a media type", GOOD, 200, nil, headers = {} },
  { "with the scheme in capitals", GOOD, 200, nil, scheme = "BEARER" },
  { "with the scheme in small letters", GOOD, 200, nil, scheme = "bearer" },

  { "that is nothing", "", 400, "invalid_credential_request" },
  { "that is no JSON", "{", 400, "invalid_credential_request" },
  { "that is a list", "[" .. GOOD .. "]", 400, "invalid_credential_request" },
  { "that is null", "null", 400, "invalid_credential_request" },
  { "that is not UTF-8", with '"x":"\255"', 400, "invalid_credential_request" },
  { "with 1e400", with '"x":1e400', 400, "invalid_credential_request" },
  { "of a thousand levels", with('"x":' .. ("["):rep(1000) .. ("]"):rep(1000)), 400, "invalid_credential_request" },
  { "of seventy levels", with('"x":' .. ("["):rep(70) .. ("]"):rep(70)), 400, "invalid_credential_request" },
  { "with a member that is given twice", with(ID), 400, "invalid_credential_request" },
  { "as a form", GOOD, 400, "invalid_credential_request",
    headers = { ["content-type"] = "application/x-www-form-urlencoded" } },
  { "that is encrypted", "e30.e30.e30.e30.e30", 400, "invalid_credential_request",
    headers = { ["content-type"] = "application/jwt" } },
  { "without a configuration", "{" .. PROOFS .. "}", 400, "invalid_credential_request" },
  { "with a configuration that is null", '{"credential_configuration_id":null,' .. PROOFS .. "}", 400,
    "invalid_credential_request" },
  { "with a configuration that is a list", '{"credential_configuration_id":["ebw_oid"],' .. PROOFS .. "}", 400,
    "invalid_credential_request" },
  { "with an empty configuration", '{"credential_configuration_id":"",' .. PROOFS .. "}", 400,
    "invalid_credential_request" },
  { "for a credential that does not exist", '{"credential_configuration_id":"nope",' .. PROOFS .. "}", 400,
    "unknown_credential_configuration" },
  { "for a credential that was not offered", '{"credential_configuration_id":"iban",' .. PROOFS .. "}", 403,
    "insufficient_scope" },
  { "by an identifier that nobody gave out", '{"credential_identifier":"x",' .. PROOFS .. "}", 400,
    "unknown_credential_identifier" },
  { "by identifier and configuration", with '"credential_identifier":"x"', 400, "invalid_credential_request" },
  { "by an identifier that is a number", '{"credential_identifier":1,' .. PROOFS .. "}", 400,
    "invalid_credential_request" },
  { "with a wish for encryption", with '"credential_response_encryption":{"enc":"A256GCM"}', 400,
    "invalid_encryption_parameters" },
  { "with an encryption that is a text", with '"credential_response_encryption":"A256GCM"', 400,
    "invalid_encryption_parameters" },
  { "without proofs", "{" .. ID .. "}", 400, "invalid_proof" },
  { "with proofs that are null", proofs "null", 400, "invalid_proof" },
  { "with proofs that are a list", proofs '["PROOF"]', 400, "invalid_proof" },
  { "with proofs that are a text", proofs '"PROOF"', 400, "invalid_proof" },
  { "with no proof at all", proofs "{}", 400, "invalid_proof" },
  { "with an empty list of proofs", proofs '{"jwt":[]}', 400, "invalid_proof" },
  { "with a proof that is no list", proofs '{"jwt":"PROOF"}', 400, "invalid_proof" },
  { "with a proof that is a number", proofs '{"jwt":[1]}', 400, "invalid_proof" },
  { "with a proof that is null", proofs '{"jwt":[null]}', 400, "invalid_proof" },
  { "with a proof that is an object", proofs '{"jwt":[{}]}', 400, "invalid_proof" },
  { "with two proofs", proofs '{"jwt":["PROOF","PROOF"]}', 400, "invalid_proof" },
  { "with proofs of another type", proofs '{"di_vp":[{}]}', 400, "invalid_proof" },
  { "with proofs of two types", proofs '{"jwt":["PROOF"],"attestation":["x"]}', 400, "invalid_proof" },
  { "with the one proof of an earlier draft", "{" .. ID .. ',"proof":{"proof_type":"jwt","jwt":"PROOF"}}', 400,
    "invalid_proof" },
  { "with a proof of 100 kB", proofs('{"jwt":["' .. ("x"):rep(100000) .. '"]}'), 400, "invalid_proof" },

  { "without an access token", GOOD, 401, "invalid_token", token = false },
  { "with a token that nobody gave out", GOOD, 401, "invalid_token", token = "x" },
  { "with a token of two words", GOOD, 401, "invalid_token", token = "x y" },
  { "with the token as Basic", GOOD, 401, "invalid_token", scheme = "Basic" },
  { "with the token as DPoP", GOOD, 401, "invalid_token", scheme = "DPoP" },
}
