-- Collects garbage all the time: what a binding forgot to keep alive is gone at once, where the
-- sanitizer sees it used. The suite loads this through LUA_INIT, so that programs it starts have it too.
collectgarbage("setpause", 0)
collectgarbage("setstepmul", 1000)
