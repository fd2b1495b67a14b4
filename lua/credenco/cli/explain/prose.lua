--- The facts about an id as text for people.
local M = {}

local function add_ways(lines, ways)
  lines[#lines + 1] = "  what can be done:"
  for _, way in ipairs(ways) do
    lines[#lines + 1] = "    " .. way.what .. (#way.commands > 0 and ":" or "")
    for _, command in ipairs(way.commands) do lines[#lines + 1] = "      " .. command end
  end
end

local function add_timeline(lines, timeline)
  for _, event in ipairs(timeline) do lines[#lines + 1] = ("  %s  %s"):format(event.at, event.what) end
end

local function add_credential(lines, credential)
  local function add(...) lines[#lines + 1] = string.format(...) end
  add("  %s  correlation_id %s%s%s", credential.template_id, credential.correlation_id,
    credential.status and ", status " .. credential.status or "",
    credential.revocation_uuid and ", revocation_uuid " .. credential.revocation_uuid or "")
  local now = credential.now
  if not now then return end
  if now.status then
    add("    asked now: %s%s", now.status, now.revocation_uuid and ", revocation_uuid " .. now.revocation_uuid or "")
  end
  add("    %s%s", now.status and "" or "asked now: ", now.meaning)
end

local function add_record(lines, id, facts)
  local function add(...) lines[#lines + 1] = string.format(...) end
  add("%s is a %s of the workflow %s", id, facts.as, facts.workflow)
  add("  %s: %s", facts.key, facts.state)
  add("    %s", facts.meaning)
  local step = facts.step > 1 and (", step %d"):format(facts.step) or ""
  add("  from %s, line %d%s", facts.source or "?", facts.line, step)
  if facts.wallet_key then add("  wallet %s", facts.wallet_key) end
  add_timeline(lines, facts.timeline)
  for _, credential in ipairs(facts.credentials) do add_credential(lines, credential) end
end

local function add_issue(lines, id, facts)
  lines[#lines + 1] = ("%s is the correlation id of an issue"):format(id)
  lines[#lines + 1] = "  status " .. tostring(facts.status)
  lines[#lines + 1] = "    " .. facts.meaning
  if facts.revocation_uuid then lines[#lines + 1] = "  revocation_uuid " .. facts.revocation_uuid end
  add_timeline(lines, facts.timeline)
end

--- The text of a result.
---@param result table
---@return string
function M.of(result)
  local lines = {}
  for _, facts in ipairs(result.found) do
    local add = facts.workflow and add_record or add_issue
    add(lines, result.id, facts)
    add_ways(lines, facts.ways)
  end
  if #result.found == 0 then lines[1] = ("nothing is known about %s"):format(result.id) end
  lines[#lines + 1] = "looked:"
  for _, place in ipairs(result.looked) do lines[#lines + 1] = "  " .. place end
  if result.ways then add_ways(lines, result.ways) end
  return table.concat(lines, "\n")
end

return M
