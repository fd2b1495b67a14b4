--- The event loop in which calls wait: nginx's under nginx, else our own.
---
---@class credenco.Loop
---@field now_ms fun(): number                 monotonic
---@field ready fun(): boolean?, string?       whether a call can wait here, or the reason why not
---@field enter nil|fun(fn: function?)       a source calls this function, which must not be entered again; nil: it has returned
---@field sleep fun(ms: number)
---@field spawn fun(fn: function, ...)         runs fn(...) as a new task, now, up to its first wait
---@field detach fun(fn: function, ...)        the same for a task that may outlive its request
---@field carry (fun(task: credenco.Task))?  nginx: the same for many short tasks
---@field shares_transports boolean?          one multi handle serves all transports with the same options
---@field self fun(): table                    a ticket for the next wait of the current task
---@field wait fun(ticket: table, deadline_ms: number?): ...  the arguments of wake, or nil, "timeout"
---@field wake fun(ticket: table, ...): boolean?  ends the ticket's wait, once per ticket; false if that has ended
---@field attach fun(source: table)            calls source:step(wait_ms), with whole milliseconds, while source:busy()

-- A worker thread of nginx has only a part of its API, and may block.
local nginx = rawget(_G, "ngx")
if nginx and nginx.timer then return require "credenco.loop.nginx" end
return require "credenco.loop.plain"
