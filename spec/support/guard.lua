-- Keeps a server from outliving the specs that started it: `guard.lua FOLDER PROGRAM ARGUMENT...` runs the
-- program in a process group of its own, ends it when its own standard input closes - which a crash of the
-- specs does too - sweeps up what is left of the group and removes the folder. It ends as the program ended.
local uv = require "luv"
local files = require "spec.support.files"

local GRACE_MS = 5000

local folder, program = arg[1], arg[2]
local child, group, code
local held = {} -- luv closes a handle that is collected

local function hold(handle)
  held[#held + 1] = handle
  return handle
end

local function ended(exit_code, signal)
  code = signal ~= 0 and 128 + signal or exit_code
  uv.kill(-group, "sigkill")
  uv.stop()
end

local function end_child()
  if not child then return end
  child:kill("sigterm")
  hold(uv.new_timer()):start(GRACE_MS, 0, function() child:kill("sigkill") end)
end

child, group = uv.spawn(program, {
  args = { (table.unpack or unpack)(arg, 3) },
  stdio = { nil, 1, 2 },
  detached = true,
}, ended)

if child then
  local lifeline = hold(uv.new_pipe(false))
  lifeline:open(0)
  lifeline:read_start(function(_, bytes)
    if bytes then return end
    lifeline:close()
    end_child()
  end)
  for _, name in ipairs { "sigint", "sigterm", "sighup" } do
    hold(uv.new_signal()):start(name, end_child)
  end
  uv.run()
else
  io.stderr:write("cannot run ", program, "\n")
end

files.remove_folder(folder)
os.exit(code or 127)
