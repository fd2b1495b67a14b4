--- The event loop that calls wait on: nginx's under nginx, else one of our own.
---
---@class credenco.Loop
---@field now_ms fun(): number                 monotonic
---@field ready fun(): boolean?, string?       whether a call can wait here, or why not
---@field enter nil|fun(fn: function?)       a source is in this function, which must not be entered again; nil: no more
---@field sleep fun(ms: number)
---@field spawn fun(fn: function, ...)         runs fn(...) as a task of its own, now, up to its first wait
---@field detach fun(fn: function, ...)        the same for a task that outlives the request it came from
---@field carry (fun(task: credenco.Task))?  nginx: the same for short tasks, of which there are many
---@field shares_transports boolean?          one multi handle serves all transports with the same options
---@field self fun(): table                    a ticket: whoever runs now and is about to wait
---@field wait fun(ticket: table, deadline_ms: number?): ...  what wake was given, or nil, "timeout"
---@field wake fun(ticket: table, ...): boolean?  lets the ticket's owner go on, once per ticket; false when nobody waits any more
---@field attach fun(source: table)            source:step(wait_ms) is called while source:busy(), whole milliseconds

-- A worker thread of nginx has only a part of its API, and nobody who would be blocked.
local nginx = rawget(_G, "ngx")
if nginx and nginx.timer then return require "credenco.loop.nginx" end
return require "credenco.loop.plain"
