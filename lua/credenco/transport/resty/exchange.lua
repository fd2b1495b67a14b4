--- One HTTP exchange over lua-resty-http. What it leaves open is the end of a call in
--- time, which the transport sees to by killing the thread that this runs in.

local bounded = require "credenco.transport.resty.bounded"
local failure = require "credenco.transport.failure"
local loop = require "credenco.loop"

local IDLE_MS = 60000
local CHUNK_BYTES = 65536
local HAS_LENGTH = { POST = true, PUT = true, PATCH = true }

-- lua-resty-http quotes a status line that it cannot read, and a server may have put into
-- it what it was sent.
local function without_quotes(err)
  return (err:gsub(" line: .*", " line"))
end

local function fail(call, err)
  if err == "timeout" then return nil, failure("timeout", call.sent) end
  if err == "too large" then return nil, failure("too_large", call.sent) end
  local is_tls = call.sent == "no" and call.url.scheme == "https"
    and (err:find "handshake" or err:find "certificate" or err:find "SSL")
  return nil, failure(is_tls and "tls_failed" or "connect_failed", call.sent, without_quotes(err))
end

local function set_timeouts(client, call)
  local left_ms = math.max(1, call.request.deadline_ms - loop.now_ms())
  local connect_ms = call.request.connect_timeout_ms or call.options.connect_timeout_ms
  client:set_timeouts(math.min(connect_ms, left_ms), left_ms, left_ms)
end

local function proxy_of(options)
  local proxy = options.proxy
  return proxy and proxy ~= "" and { http_proxy = proxy, https_proxy = proxy } or nil
end

local function connect(client, call)
  local url, options = call.url, call.options
  local host = url.host:match "^%[(.*)%]$" or url.host
  return client:connect {
    scheme = url.scheme, host = url.host, port = url.port,
    ssl_server_name = host,
    ssl_verify = not (options.trust_loopback and url.loopback),
    pool_size = options.connection_cache,
    proxy_opts = proxy_of(options),
  }
end

local function send(client, call)
  local request = call.request
  local headers = { ["user-agent"] = call.options.user_agent }
  for name, value in pairs(request.headers or {}) do headers[name] = value end
  local parameters = {
    method = request.method,
    path = call.url.target ~= "" and call.url.target or "/",
    headers = headers,
    body = request.body or HAS_LENGTH[request.method] and "" or nil,
  }
  call.sent = "unknown"
  local ok, err = client:send_request(parameters)
  return ok and parameters, err
end

local function read_head(client, parameters)
  local response, err
  repeat
    response, err = client:read_response(parameters)
  until not response or response.status >= 200
  return response, err
end

-- A body without a length ends with its connection (RFC 9112, 6.3).
local function ends_with_connection(headers)
  return not headers["content-length"] and not headers["transfer-encoding"]
end

-- lua-resty-http takes any number for a length, and counts down from a negative one for
-- ever, without a pause for the worker.
local function has_bad_length(headers)
  local length = headers["content-length"]
  return type(length) == "string" and not length:find "^%d+%s*$"
end

local function read_body(response, most)
  local parts, size = {}, 0
  if not response.has_body then return "" end
  if has_bad_length(response.headers) then return nil, "the Content-Length is no number of bytes" end
  repeat
    local chunk, err = response.body_reader(CHUNK_BYTES)
    if err and not (err == "closed" and ends_with_connection(response.headers)) then return nil, err end
    size = size + #(chunk or "")
    if size > most then return nil, "too large" end
    parts[#parts + 1] = chunk
  until not chunk or err
  return table.concat(parts)
end

local function lower(headers)
  local names = {}
  for name, value in pairs(headers) do
    names[name:lower()] = type(value) == "table" and value[#value] or value
  end
  return names
end

-- Whole seconds, or a date (RFC 9110, 10.2.3).
local function retry_after_ms(headers)
  local value = headers["retry-after"] or ""
  local at = ngx.parse_http_time(value)
  local seconds = at and at - ngx.time() or tonumber(value:match "^%d+$")
  return seconds and seconds > 0 and seconds * 1000 or nil
end

--- Carries a call out; `call.sent` says all the time whether the server can have seen it.
---@param http table  resty.http
---@param call { request: table, url: table, options: table, sent: string }
---@return table? response
---@return table? err
return function(http, call)
  local client = http.new()
  client.sock = bounded(client.sock)
  set_timeouts(client, call)
  local ok, err = connect(client, call)
  if not ok then return fail(call, err) end
  local parameters, response, body
  parameters, err = send(client, call)
  if parameters then response, err = read_head(client, parameters) end
  if response then body, err = read_body(response, call.request.max_body_bytes or call.options.max_body_bytes) end
  if not body then
    client:close()
    return fail(call, err or "closed")
  end
  client:set_keepalive(IDLE_MS)
  local headers = lower(response.headers)
  return { status = response.status, body = body, headers = headers, retry_after_ms = retry_after_ms(headers) }
end
