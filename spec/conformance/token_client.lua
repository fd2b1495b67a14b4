--- Asks for a status with the options on standard input, as JSON: `script/lua spec/conformance/token_client.lua`.
-- Prints what came of it as JSON.
local cjson = require "cjson"
local credenco = require "credenco"

local client = credenco.new(cjson.decode(io.read "*a"))
local status, err = client:issue_status "1"
client:close()
print(cjson.encode(status or { code = err.code, step = err.step, said = tostring(err) }))
