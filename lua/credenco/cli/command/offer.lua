--- `credenco offer`: the first of the two calls. It prints a secret, as the user asked.
local base64 = require "credenco.base.base64"
local claims = require "credenco.cli.claim_arguments"
local fields = require "credenco.cli.fields"
local files = require "credenco.cli.files"
local library = require "credenco.cli.library"
local output = require "credenco.cli.output"
local settings = require "credenco.cli.server_settings"

local FIELDS = { "correlation_id", "request_uri", "offer_uri", "status_uri" }

local M = {
  description = [[
Creates a credential offer and prints its URI: the URI for `credenco push` or, with --request-uri-base or --qr-code,
the URI to show to the holder. Whoever has the URI can take the credential, so keep it secret until it is used.]],
  epilog = [[
Examples:
  credenco offer --template ebw_oid --claims-json claims.json > offer
  credenco push --wallet "$CREDENCO_WALLET" --from offer
  credenco offer --template ebw_oid --claims-json claims.json --qr-code offer.png

]] .. settings.ENVIRONMENT,
}

function M.declare(command)
  command:group("Options",
    command:option "--template" :argname "KEY" :count "1" :description "Key of the credential template.",
    command:option "--correlation-id" :argname "ID" :target "correlation_id"
      :description "Your own id for this issue (default: a new one).",
    command:option "--request-uri-base" :argname "URL" :target "request_uri_base"
      :description "The https address of a web wallet to which you redirect the holder.",
    files.written(command:option "--qr-code" :argname "FILE" :target "qr_code"
      :description "Request a QR code, and write it to this file as PNG."),
    files.declare_force(command),
    claims.declare(command))
  settings.declare(command)
end

local function write_png(path, qr_uri)
  local png = base64.decode((qr_uri or ""):gsub("^data:[^,]*,", ""))
  if not png then
    return nil, { code = "bad_response", step = "create_offer", sent = "rejected",
      message = "the offer was created, but the server sent no readable QR code" }
  end
  local ok, err = output.write(path, png)
  if not ok then
    return nil, { code = "unexpected", message = "the offer was created, but its QR code cannot be written: " .. err }
  end
  return true
end

local function create(args)
  return library.client_call(settings.options(args), "create_offer", {
    template_id = args.template,
    correlation_id = args.correlation_id,
    request_uri_base = args.request_uri_base,
    qr_code = args.qr_code and {} or nil,
    claims = claims.read(args),
  })
end

function M.run(args, out)
  local result, err = create(args)
  if not result then
    return nil, err
  end
  if args.qr_code then
    local ok, png_err = write_png(args.qr_code, result.qr_uri)
    if not ok then
      return nil, png_err
    end
  end
  local shown = fields.pick(result, FIELDS)
  out:note("correlation_id: " .. shown.correlation_id)
  local attended = args.qr_code or args.request_uri_base
  return shown, attended and shown.request_uri or shown.offer_uri
end

return M
