-- Writes the pages that are made from the code: `script/write-docs`.
for _, page in ipairs { "commands", "reference" } do
  local text = require("script.docs." .. page)()
  local file = assert(io.open(("docs/%s.md"):format(page), "w"))
  file:write(text)
  file:close()
end
