-- Loaded by busted before any spec. luv is loaded here once: busted forgets what a spec file loaded,
-- and a second copy would bring a second event loop.
require "luv"
