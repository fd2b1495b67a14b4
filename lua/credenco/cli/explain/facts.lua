--- The facts about an id, as fields of the JSON form.
local event_time = require "credenco.cli.event_time"
local fields = require "credenco.cli.fields"
local json = require "credenco.base.json"
local meanings = require "credenco.cli.explain.meanings"
local ways = require "credenco.cli.explain.ways"

local M = {}

local RECORD_FIELDS = { "as", "workflow", "key", "state", "step", "source", "line", "stage", "code", "message",
  "wallet_key" }
local CREDENTIAL_FIELDS = { "step", "template_id", "correlation_id", "status", "revocation_uuid" }

local function now_of(issue, asked_at)
  if issue == nil then return nil end
  local at = event_time.of(asked_at)
  if issue == false then return { at = at, meaning = "the service knows no issue with this id" } end
  local now = fields.pick(issue, { "status", "revocation_uuid" })
  now.at, now.meaning = at, meanings.issue(issue.status)
  return now
end

local function credentials_of(record, service)
  local list = {}
  for i, credential in ipairs(record.credentials) do
    list[i] = fields.pick(credential, CREDENTIAL_FIELDS)
    list[i].now = now_of(service:status(credential.correlation_id), os.time())
  end
  return json.array(list)
end

local function ended(record)
  local where = record.stage and (" at %s"):format(record.stage) or ""
  local why = record.code and (": %s: %s"):format(record.code, record.message or "no message") or ""
  return fields.pick({ what = record.state .. where .. why }, { "what" }).what
end

-- The facts in the order of time. The journal keeps only a record's last state.
local function timeline_of(record)
  local events = {}
  local function add(at, what) events[#events + 1] = { at = at, what = what } end
  if record.read then add(record.read, ("began to read %s"):format(record.source)) end
  for _, credential in ipairs(record.credentials) do
    if credential.updated then
      add(credential.updated, ("%s: %s"):format(credential.template_id,
        credential.status and "status " .. credential.status .. " stored" or "correlation id stored"))
    end
  end
  add(record.updated, ended(record))
  table.sort(events, function(a, b) return a.at < b.at end)
  for _, event in ipairs(events) do event.at = event_time.of(event.at) end
  return json.array(events)
end

--- A record, with the current status of its credentials from the service.
---@param record table
---@param service credenco.cli.Service
---@param journal string
---@return table
function M.of_record(record, service, journal)
  local facts = fields.pick(record, RECORD_FIELDS)
  facts.meaning = meanings.RECORD[record.state]
  facts.timeline = timeline_of(record)
  facts.credentials = credentials_of(record, service)
  facts.ways = json.array(ways.of_record(record, journal))
  return facts
end

--- An issue that no journal knows.
---@param id string
---@param issue { status: string?, revocation_uuid: string? }
---@return table
function M.of_issue(id, issue)
  local now = now_of(issue, os.time())
  return { as = "correlation id", correlation_id = id, status = now.status, revocation_uuid = now.revocation_uuid,
    meaning = now.meaning, timeline = json.array { { at = now.at, what = "asked: " .. tostring(now.status) } },
    ways = json.array(ways.of_issue(id, issue.status)) }
end

return M
