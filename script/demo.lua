-- The demonstration: examples/company.lua into a wallet that trusts the issuer and into one that does not.
require("credenco.core").hold_standard_streams() -- before anything is opened

local uv = require "luv"
local credenco = require "credenco"
local sandbox = require "credenco.sandbox"

local CLAIMS = { "id", "name", "issuing_authority", "issuing_country" }

local function say(text, ...)
  io.write(text:format(...), "\n")
end

-- Runs the example as a reader would, and returns its output.
local function run_example(wallet_key)
  local program = io.popen(("%s examples/company.lua %s"):format(arg[-1], wallet_key))
  local printed = program:read("*a"):gsub("%s+$", "")
  assert(program:close(), "the example failed")
  return printed
end

local function claims_of(credential)
  local parts = {}
  for _, name in ipairs(CLAIMS) do
    parts[#parts + 1] = ("%-17s  %s"):format(name, credential.claims[name])
  end
  return table.concat(parts, "\n       ")
end

local function contents(wallet)
  if #wallet.credentials > 0 then
    return ("one credential, %s\n       %s"):format(wallet.credentials[1].template, claims_of(wallet.credentials[1]))
  end
  return "no credential\n       discarded: " .. wallet.discarded[1].detail
end

local function issue_into(wallet, remark)
  say("  %-16s  %s", wallet.name, remark)
  say("       $ examples/company.lua %s", wallet.key)
  say("       %s\n", run_example(wallet.key))
end

local function show(client, wallet)
  local response = assert(client:request { method = "GET", path = "/sandbox/wallets/" .. wallet.key })
  say("  %-16s  %s\n", wallet.name, contents(response.json))
end

local function demonstrate(server)
  uv.os_setenv("CREDENCO_BASE_URL", server.base_url)
  uv.os_setenv("CREDENCO_API_KEY", server.api_key)
  local trusting, wary = server.wallets[1], server.wallets[2]
  say("A sandbox, an issuer and its wallets, at %s\n", server.base_url)
  say("The same credential goes into two wallets:\n")
  issue_into(trusting, "trusts the issuer")
  issue_into(wary, "does not")
  say("The responses are the same. The wallets are not:\n")
  local client = credenco.new { base_url = server.base_url, api_key = server.api_key }
  show(client, trusting)
  show(client, wary)
  client:close()
  say("Make the issuer a trusted contact of a wallet first: the wallet silently discards all other credentials.")
end

local server, why = sandbox.start()
if not server then
  io.stderr:write("script/demo: ", why, "\n")
  os.exit(1)
end
local ok, problem = pcall(demonstrate, server)
server:stop()
if not ok then
  io.stderr:write(tostring(problem), "\n")
  os.exit(1)
end
