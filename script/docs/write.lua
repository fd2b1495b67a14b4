-- Writes the pages that are made from the code: `script/write-docs`.
local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

for _, page in ipairs { "commands", "reference" } do
  write(("docs/%s.md"):format(page), require("script.docs." .. page)())
end
for name, text in pairs(require "script.docs.man" ()) do write("docs/man/" .. name, text) end
