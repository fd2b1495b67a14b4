-- What the misbehaving server does with one connection, one function per act. Every act gets the connection
-- (see connection.lua), the behaviour that asked for it and, as `call`, the request, its step and its scenario.
local uv = require "luv"
local proper = require "spec.support.misbehave.proper"
local wire = require "spec.support.misbehave.wire"

local FLOOD_CHUNK = ("x"):rep(16384)
local FLOOD_HEADER = "x-flood: " .. ("x"):rep(4000) .. "\r\n"

local acts = {}

local function answer(connection, behaviour, content)
  local head, body = wire.write_answer(content)
  connection:write(head .. body, function()
    if behaviour.after == "close" then connection:close()
    elseif behaviour.after == "reset" then connection:reset()
    elseif content.framing == "close" then connection:close()
    else connection:next_request() end
  end)
end

function acts.proper(connection, behaviour, call)
  answer(connection, behaviour, proper.answer(call.request, call.step, call.scenario))
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

--- Sends these very bytes and closes, or with `keep` goes on as if they were an answer.
function acts.raw(connection, behaviour)
  connection:write(behaviour.bytes, function()
    if behaviour.keep then connection:next_request() else connection:close() end
  end)
end

local function bytes_of(behaviour)
  local head, body = wire.write_answer(behaviour)
  return head .. body
end

--- Sends the beginning of an answer and closes.
function acts.cut(connection, behaviour)
  local bytes = bytes_of(behaviour)
  connection:write(bytes:sub(1, behaviour.bytes or #bytes), function() connection:close() end)
end

--- Sends an answer byte by byte.
function acts.drip(connection, behaviour)
  local bytes, sent = bytes_of(behaviour), 0
  local timer = connection:hold(uv.new_timer())
  timer:start(0, behaviour.every_ms, function()
    sent = sent + 1
    if sent <= #bytes then connection:write(bytes:sub(sent, sent)) end
  end)
end

local function keep_writing(connection, chunk)
  connection:write(chunk, function() keep_writing(connection, chunk) end)
end

--- Sends without end: header lines, chunks, or the bytes of a body.
function acts.flood(connection, behaviour)
  if behaviour.head then
    connection:write("HTTP/1.1 200 Whatever\r\n", function() keep_writing(connection, FLOOD_HEADER) end)
    return
  end
  local chunk = behaviour.chunked and ("%x\r\n%s\r\n"):format(#FLOOD_CHUNK, FLOOD_CHUNK) or FLOOD_CHUNK
  connection:write(wire.write_answer(behaviour), function() keep_writing(connection, chunk) end)
end

return acts
