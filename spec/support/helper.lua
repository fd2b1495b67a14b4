-- Loaded by busted before any spec. luv is loaded here once: busted forgets what a spec file loaded,
-- and a second copy would bring a second event loop.
local uv = require "luv"

-- A program under test may end before it has read its input. Writing to it is then an error, and must not end busted,
-- as SIGPIPE does by default, without a word. Programs that are started get that default again.
local broken_pipes = uv.new_signal()
broken_pipes:start("sigpipe", function() end)
broken_pipes:unref()
