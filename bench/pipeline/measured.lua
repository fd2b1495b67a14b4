-- measured.lua COMMAND...: runs a command of the program in this process, and prints its time, CPU time and largest size
-- as the last line of stderr, in JSON.
local uv = require "luv"

local exit = os.exit -- before it is kept from workflows
local began = uv.hrtime()
local code = require("credenco.cli").main(arg)
local usage = uv.getrusage()
local cpu_s = usage.utime.sec + usage.stime.sec + (usage.utime.usec + usage.stime.usec) / 1e6
io.stderr:write(('{"wall_s":%.3f,"cpu_s":%.3f,"peak_mib":%.1f}\n'):format((uv.hrtime() - began) / 1e9, cpu_s,
  usage.maxrss / 1024))
exit(code)
