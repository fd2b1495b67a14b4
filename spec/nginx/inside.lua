-- The inside of spec/nginx/worker.lua: runs the Lua that a spec posts and answers with what it returns.
local cjson = require "cjson"

local function pack(ok, ...)
  local count, values = select("#", ...), {}
  for i = 1, count do
    local value = select(i, ...)
    values[i] = value == nil and cjson.null or value
  end
  return { ok = ok, count = count, values = values }
end

local function run()
  ngx.req.read_body()
  local task = cjson.decode(ngx.req.get_body_data())
  local chunk, problem = loadstring(task.code, "=spec")
  if not chunk then return pack(false, problem) end
  return pack(xpcall(function() return chunk(task.argument) end, debug.traceback))
end

local answer = cjson.encode(run())
ngx.header.content_length = #answer
ngx.print(answer)
