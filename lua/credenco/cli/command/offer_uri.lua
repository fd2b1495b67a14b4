--- `credenco offer-uri`: extracts the offer's URI from a request URI. It makes no call.
local credenco = require "credenco"
local source = require "credenco.cli.source"

local M = {
  description = [[
Reads a request URI ("openid-credential-offer://?credential_offer_uri=...") and prints the decoded URI of its
credential offer, which `credenco push` takes.]],
  epilog = [[
Example:
  credenco offer-uri < request_uri | credenco push --wallet "$CREDENCO_WALLET"]],
}

function M.declare(command)
  command:option "--from" :argname "FILE" :default "-"
    :description "File with the request URI; standard input by default." :show_default(false)
end

function M.run(args)
  local offer_uri, err = credenco.offer_uri(source.read_line(args.from, "the request URI"))
  if not offer_uri then
    return nil, err
  end
  return { offer_uri = offer_uri }, offer_uri
end

return M
