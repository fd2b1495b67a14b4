-- Answers that are unusual, and right.
local FINE = require("spec.support.matrix.expect").FINE

local function proper(changes)
  local behaviour = { act = "proper" }
  for name, value in pairs(changes) do behaviour[name] = value end
  return behaviour
end

return {
  { "in chunks", proper { framing = "chunked" }, FINE },
  { "in chunks of a byte with extensions and trailers", proper { framing = "crumbs" }, FINE },
  { "to the close", proper { framing = "close" }, FINE },
  { "closed behind it", proper { after = "close" }, FINE },
  { "behind 100 and 103", proper { before = "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nLink: <a>\r\n\r\n" }, FINE },
  { "behind 16 interim responses", proper { before = ("HTTP/1.1 102 P\r\n\r\n"):rep(16) }, FINE },
  { "byte by byte", proper { every_ms = 1 }, FINE },
  { "with a header of 60 KB", proper { headers = { ["x-long"] = ("x"):rep(60000) } }, FINE },
  { "with Connection: close, and not closed", proper { headers = { connection = "close" } }, FINE },
  { "with a header in Latin-1", proper { headers = { ["x-name"] = "caf\233" } }, FINE },
}
