-- Whole responses whose body is not what the endpoint is documented to give.
local expect = require "spec.support.matrix.expect"

local function unusable(http_status)
  return expect.failure("bad_response", "unknown", 1, http_status)
end

local FINE = { attempts = 1 }
local JSON = "application/json"

-- A push is answered 201 with a body that nobody describes; any will do but a page for people.
local UNUSABLE = { all = unusable(200), push_offer = FINE }
local PAGE = { all = unusable(200) }

local function answer(body, content_type, status)
  return { act = "answer", status = status or 200, headers = { ["content-type"] = content_type or JSON }, body = body }
end

local function utf16(text, mark)
  return mark .. text:gsub(".", mark == "\254\255" and "\0%0" or "%0\0")
end

local HTML = "<html><body>Sign in</body></html>"

return {
  { "a page", answer(HTML, "text/html"), PAGE },
  { "a page with 201", answer(HTML, "text/html", 201), { all = unusable(201) } },
  { "a page behind blanks", answer("\r\n\t " .. HTML, "text/plain"), PAGE },
  { "a page behind a byte-order mark", answer("\239\187\191" .. HTML, "text/plain"), PAGE },
  { "a page in UTF-16LE", answer(utf16(HTML, "\255\254"), "text/plain; charset=utf-16"), PAGE },
  { "a page in UTF-16BE", answer(utf16(HTML, "\254\255"), "text/plain; charset=utf-16"), PAGE },
  { "a page that begins with text", answer("Please sign in. " .. HTML, "text/plain"), PAGE },
  { "a page in capitals", answer("<HTML><BODY>WELCOME</BODY></HTML>", "TEXT/HTML"), PAGE },
  { "a page of XHTML", answer('<?xml version="1.0"?>' .. HTML, "application/xhtml+xml"), PAGE },
  { "a page that says it is JSON", answer(HTML), PAGE },
  { "a page without markup", answer("Please sign in.", "text/html"), PAGE },
  { "a page without markup, with 201", answer("Created", "Text/HTML ; charset=utf-8", 201), { all = unusable(201) } },
  { "a page of XHTML without markup", answer("Please sign in.", "application/xhtml+xml;charset=utf-8"), PAGE },
  { "JSON that says it is a page", answer("{}", "text/html"), PAGE },
  { "a page of nothing", answer("", "text/html"), UNUSABLE },
  { "words without a type", { act = "answer", status = 200, headers = {}, body = "created" }, UNUSABLE },
  { "words of a type that begins like a page's", answer("created", "text/html-sandboxed"), UNUSABLE },
  { "words that say they are JSON", answer "certainly", UNUSABLE },
  { "words", answer("created", "text/plain"), UNUSABLE },
  { "no body", answer "", UNUSABLE },
  { "blanks", answer " \r\n ", UNUSABLE },
  { "another object", answer '{"credential":{"x":1}}', UNUSABLE },
  { "an empty object", answer "{}", UNUSABLE },
  { "a list", answer '["request_uri","status","id"]', UNUSABLE },
  { "a string", answer '"request_uri"', UNUSABLE },
  { "a number", answer "42", UNUSABLE },
  { "null", answer "null", UNUSABLE },
  { "true", answer "true", UNUSABLE },
  { "JSON that is cut", answer '{"request_uri":"openid-cre', UNUSABLE },
  { "JSON with something behind it", answer "{} {}", UNUSABLE },
  { "JSON that is too deep", answer(("["):rep(10000)), UNUSABLE },
  { "JSON behind a byte-order mark", answer "\239\187\191{}", UNUSABLE },
  { "JSON in UTF-16", answer(utf16("{}", "\255\254")), UNUSABLE },
  { "bytes that are no text", answer("\0\1\2\255\254", "application/octet-stream"), UNUSABLE },
  { "gzip that nobody asked for", answer("\31\139\8\0\0\0\0\0\0\3\171\174\5\0\67\191\166\163\2\0\0\0"), UNUSABLE },
  { "fields of another type", answer '{"request_uri":42,"status":7,"access_token":1}', UNUSABLE },
  { "fields that are null", answer '{"request_uri":null,"status":null,"access_token":null,"id":null}', UNUSABLE },
  { "fields that are empty", answer '{"request_uri":"","status":"","access_token":""}', UNUSABLE },
  { "204", { act = "answer", status = 204, framing = "none" }, { all = unusable(204), push_offer = FINE } },
  { "202 without a body", answer("", JSON, 202), { all = unusable(202), push_offer = FINE } },
  { "206 without a body", answer("", JSON, 206), { all = unusable(206), push_offer = FINE } },
}
