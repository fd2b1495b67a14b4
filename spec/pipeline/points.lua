-- Where the pipeline is made to die, and what the sandbox does to it meanwhile.
local M = {}

local EVENTS = {
  "before create_offer", "after create_offer", "in transaction", "before commit",
  "after commit", "before push_offer", "after push_offer", "after issue_status",
}

local COUNTS = { 1, 3, 11, 37, 90 }
--- The status is asked for only after a push that is unclear.
M.RARE = { ["after issue_status"] = { 1, 2, 3, 5, 8 } }

--- 40 points: eight kinds of places, each reached for the first time and later.
M.CHOSEN = {}
for _, event in ipairs(EVENTS) do
  for _, count in ipairs(M.RARE[event] or COUNTS) do M.CHOSEN[#M.CHOSEN + 1] = { event = event, count = count } end
end

--- A bad network and a failing server: responses lost after the work was done, connections reset, refusals,
--- delays. Their shares are such that most records need at least one repeat.
M.FAULTS = {
  { endpoint = "issue", probability = 0.05, effect = "lost" },
  { endpoint = "issue", probability = 0.05, effect = "reset" },
  { endpoint = "issue", probability = 0.05, effect = "status", status = 503 },
  { endpoint = "push", probability = 0.10, effect = "lost" },
  { endpoint = "push", probability = 0.05, effect = "reset" },
  { endpoint = "push", probability = 0.05, effect = "status", status = 502 },
  { endpoint = "push", probability = 0.05, effect = "delay", delay_ms = 50 },
  { endpoint = "status", probability = 0.10, effect = "reset" },
}

return M
