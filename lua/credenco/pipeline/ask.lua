--- Asks the issuer for the status of credentials that were issued before, many at a time.

local loop = require "credenco.loop"

local M = {}

-- Of a credential: the issuer does not know it. Everything else that fails ends the asking.
local UNKNOWN_THERE = "not_found"

local function answer(credential, said, err)
  if said then
    credential.status, credential.revocation_uuid, credential.answered = said.status, said.revocation_uuid, true
    return nil
  end
  if err.code == UNKNOWN_THERE then return nil end
  return err
end

--- Asks about each of a list. What was answered gets `status`, `revocation_uuid` and `answered`.
---@param client credenco.Client
---@param credentials { correlation_id: string }[]
---@param concurrency integer
---@return boolean? ok
---@return credenco.Error? err what ended it early
function M.about(client, credentials, concurrency)
  local ticket, tasks, at, trouble = loop.self(), math.min(concurrency, #credentials), 0, nil
  if tasks == 0 then return true end
  local function task()
    loop.sleep(0) -- not before all wait
    while not trouble and at < #credentials do
      at = at + 1
      local credential = credentials[at]
      local said, err = client:issue_status(credential.correlation_id)
      trouble = answer(credential, said, err) or trouble
    end
    tasks = tasks - 1
    if tasks == 0 then loop.wake(ticket) end
  end
  for _ = 1, tasks do loop.spawn(task) end
  loop.wait(ticket)
  return not trouble or nil, trouble
end

return M
