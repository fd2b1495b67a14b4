--- Asks the issuer for the status of credentials that were issued before, several at a time.

local loop = require "credenco.loop"

local M = {}

-- Concerns one credential: the issuer does not know it. Any other failure ends the asking.
local UNKNOWN_THERE = "not_found"

local function note(credential, said, err)
  if said then
    credential.status, credential.revocation_uuid, credential.responded = said.status, said.revocation_uuid, true
    return nil
  end
  if err.code == UNKNOWN_THERE then return nil end
  return err
end

--- Asks about each credential of a list. Those with a response get `status`, `revocation_uuid` and `responded`.
---@param client credenco.Client
---@param credentials { correlation_id: string }[]
---@param concurrency integer
---@return boolean? ok
---@return credenco.Error? err the error that ended it early
function M.about(client, credentials, concurrency)
  local ticket, tasks, at, failure = loop.self(), math.min(concurrency, #credentials), 0, nil
  if tasks == 0 then return true end
  local function task()
    loop.sleep(0) -- begins when all wait
    while not failure and at < #credentials do
      at = at + 1
      local credential = credentials[at]
      local said, err = client:issue_status(credential.correlation_id)
      failure = note(credential, said, err) or failure
    end
    tasks = tasks - 1
    if tasks == 0 then loop.wake(ticket) end
  end
  for _ = 1, tasks do loop.spawn(task) end
  loop.wait(ticket)
  return not failure or nil, failure
end

return M
