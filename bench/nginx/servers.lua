-- The two servers of the benchmark, each on a processor of its own: the worker that is measured, and the
-- upstream that it issues at.
local uv = require "luv"

local processes = require "spec.nginx.processes"
local upstream = require "spec.nginx.upstream"
local worker = require "spec.nginx.worker"

local M = {}

local WORKER_CPU, OTHER_CPU = 0, 1

-- nginx alone makes the two requests of an issue, without looking into them: the first as a subrequest, the second
-- proxied.
local PROXY = [[
  location = /proxy {
    auth_request /first;
    proxy_pass http://upstream/0/api/oidc/offer/w?directIssue=true&credential_offer_uri=http%3A%2F%2F127.0.0.1%2Fabc;
    proxy_set_body "";
  }
  location = /first {
    internal;
    proxy_method POST;
    proxy_pass http://upstream/0/api/v2/credential/issue;
    proxy_set_body '{"correlation_id":"x","template_id":"ebw_oid","claims":{"id":"90004760","name":"CoolSoft B.V."}}';
  }
]]

local HTTP = [[
  keepalive_requests 1000000000;
  lua_max_running_timers 4096;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Content-Type application/json;
  proxy_set_header x-api-key k;
  upstream upstream { server $address; keepalive 512; }
]]

local SERVER = [[
  location = /small.txt { root $folder; }
  location = /issue { content_by_lua_block { require("issue").handle() } }
  location = /cosocket { content_by_lua_block { require("bench.nginx.inside").cosocket_example().handle() } }
]]

local PACKAGE_PATH = 'lua_package_path '
  .. '"$root/lua/?.lua;$root/lua/?/init.lua;$root/examples/openresty/?.lua;$root/?.lua;;";'

local function shell(command, ...)
  local line = command:format(...) .. " >/dev/null 2>&1"
  local status = os.execute(line)
  if status ~= true and status ~= 0 then io.stderr:write("bench: could not: ", line, "\n") end
end

local function place(pid, cpu, real_time)
  shell("taskset -pc %d %d", cpu, pid)
  if real_time then shell("chrt -f -p 1 %d", pid) end
end

---@param options { real_time: boolean }  whether the worker and this program go before everything else
---@return { worker: spec.Worker, worker_pid: integer, upstream: spec.Server, beside_worker: fun(fn: function, ...): any, stop: fun() }
function M.start(options)
  local slow = upstream.start()
  local inside = worker.start {
    connections = 16384,
    package_path = PACKAGE_PATH,
    main = ("env CREDENCO_BASE_URL=%s/0;\nenv CREDENCO_API_KEY=k;"):format(slow.url),
    files = { ["small.txt"] = ("x"):rep(1000) },
    http = HTTP:gsub("%$address", (slow.url:gsub("^http://", ""))),
    server = SERVER .. PROXY,
  }
  local pid = processes.worker(inside)
  place(pid, WORKER_CPU, options.real_time)
  place(processes.worker(slow), OTHER_CPU, false)
  place(uv.os_getpid(), OTHER_CPU, options.real_time)
  return {
    worker = inside, worker_pid = pid, upstream = slow,
    -- calls a function of this program on the worker's processor, while the worker has nothing to do
    beside_worker = function(fn, ...)
      place(uv.os_getpid(), WORKER_CPU, options.real_time)
      local result = fn(...)
      place(uv.os_getpid(), OTHER_CPU, options.real_time)
      return result
    end,
    stop = function()
      inside:stop()
      slow:stop()
    end,
  }
end

return M
