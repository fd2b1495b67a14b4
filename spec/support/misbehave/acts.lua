-- The acts of the misbehaving server on one connection, a function each. Every act gets the connection
-- (see connection.lua), the behaviour that asked for it and, as `call`, the request, its step and its scenario.
local uv = require "luv"
local proper = require "spec.support.misbehave.proper"
local wire = require "spec.support.misbehave.wire"

local FLOOD_BYTES = 16384 -- at a time

local acts = {}

-- Ends or keeps the connection: `close` or `reset`, after `after_ms`; `hang`; else the next request may come.
local function go_on(connection, behaviour, after)
  if after == "hang" then return end
  if after ~= "close" and after ~= "reset" then return connection:next_request() end
  if not behaviour.after_ms then return connection[after](connection) end
  connection:next_request()
  connection:later(behaviour.after_ms, function() connection[after](connection) end)
end

-- Bytes that nobody asked for, some time after an answer, while the connection is idle.
local function write_stray(connection, behaviour)
  connection:later(behaviour.stray_ms, function()
    if connection:is_idle() then connection:write(behaviour.stray) end
  end)
end

-- Writes bytes at once, or one by one.
local function write(connection, bytes, every_ms, done)
  if not every_ms then return connection:write(bytes, done) end
  local timer, sent = connection:hold(uv.new_timer()), 0
  timer:start(0, every_ms, function()
    sent = sent + 1
    if sent > #bytes then return timer:stop() end
    connection:write(bytes:sub(sent, sent), sent == #bytes and done or nil)
  end)
end

-- `before` stands in front of the answer, `stray` right behind it.
local function answer(connection, behaviour, content)
  local head, body = wire.write_answer(content)
  local stray = not behaviour.stray_ms and behaviour.stray or ""
  write(connection, (behaviour.before or "") .. head .. body .. stray, behaviour.every_ms, function()
    if behaviour.stray_ms then write_stray(connection, behaviour) end
    go_on(connection, behaviour, behaviour.after or content.framing == "close" and "close")
  end)
end

--- The answer of a server that does everything right, with the behaviour's framing and headers.
function acts.proper(connection, behaviour, call)
  local content = proper.answer(call.request, call.step, call.scenario)
  content.framing = behaviour.framing
  content.headers = content.headers or {}
  for name, value in pairs(behaviour.headers or {}) do content.headers[name] = value end
  answer(connection, behaviour, content)
end

function acts.answer(connection, behaviour)
  answer(connection, behaviour, behaviour)
end

--- Sends back everything it was told: a careless server that quotes secrets in its refusal.
function acts.echo(connection, behaviour, call)
  local body = call.request.head .. call.request.body
  answer(connection, behaviour, {
    status = behaviour.status,
    headers = { ["content-type"] = "application/problem+json" },
    body = require("cjson").encode { status = behaviour.status, title = body, detail = body, message = body },
  })
end

--- Points at the same path of another host, which is this server's address 127.0.0.2.
function acts.redirect(connection, behaviour, call)
  local elsewhere = call.scenario.url:gsub("127.0.0.1", "127.0.0.2", 1)
  answer(connection, behaviour, { status = behaviour.status, headers = { location = elsewhere .. "/elsewhere" } })
end

--- Answers once as many requests of this scenario have arrived: proof that they were under way together.
function acts.together(_, behaviour, call)
  local waiting = call.scenario.waiting
  waiting[#waiting + 1] = call
  if #waiting < behaviour.count then return end
  call.scenario.waiting = {}
  for _, other in ipairs(waiting) do acts.proper(other.connection, behaviour, other) end
end

function acts.reset(connection)
  connection:reset()
end

function acts.close(connection)
  connection:close()
end

function acts.hang()
end

--- Sends these very bytes and closes, or does what `after` says: `next`, `reset`, `hang`.
function acts.raw(connection, behaviour)
  connection:write(behaviour.bytes, function() go_on(connection, behaviour, behaviour.after or "close") end)
end

--- Sends bytes one by one, and then nothing.
function acts.drip(connection, behaviour)
  write(connection, behaviour.bytes, behaviour.every_ms)
end

local function keep_writing(connection, bytes)
  connection:write(bytes, function() keep_writing(connection, bytes) end)
end

--- Sends `begin`, and then `again` without end.
function acts.flood(connection, behaviour)
  local bytes = behaviour.again:rep(math.ceil(FLOOD_BYTES / #behaviour.again))
  connection:write(behaviour.begin, function() keep_writing(connection, bytes) end)
end

return acts
