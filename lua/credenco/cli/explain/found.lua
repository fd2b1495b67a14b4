--- The records that a journal knows under an id, each with all of its credentials.
local correlation = require "credenco.pipeline.correlation"
local journal_report = require "credenco.journal.overview"
local journal_runs = require "credenco.journal.runs"
local journal_steps = require "credenco.journal.workflow_steps"
local search = require "credenco.journal.search"

local M = {}

-- The last step for which an offer was created: not a step that is still to come, or that the record failed before.
local function last_asked(record)
  if record.copy ~= "" then return 0 end
  local before = record.state == "pending" or record.state == "skipped"
    or record.state == "failed" and (record.stage == "prepare" or record.stage == "source")
  return before and record.step - 1 or record.step
end

-- The journal has no entry for credentials that nobody asked about, but their ids are known.
local function complete(record, templates)
  local noted = {}
  for _, credential in ipairs(record.credentials) do noted[credential.step] = true end
  for step = 1, last_asked(record) do
    local template = templates[step]
    if template and template ~= journal_steps.BY_RECORD and not noted[step] then
      table.insert(record.credentials, { step = step, template_id = template,
        correlation_id = correlation.id(record.workflow, record.key, template) })
    end
  end
  table.sort(record.credentials, function(a, b) return a.step < b.step end)
end

-- Correlation ids of a pipeline are UUIDs of version 8. No other id follows from a key.
local DERIVED = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-8%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"

local function derived_key(db, workflow, templates, id, most)
  if not id:find(DERIVED) then return nil end
  return search.key_that(db, workflow, function(key)
    for _, template in ipairs(templates) do
      if correlation.id(workflow, key, template) == id then return true end
    end
    return false
  end, most)
end

-- The keys in a workflow to which the id belongs, in the order of search, and the role of the id.
local function keys_of(db, workflow, templates, id, most)
  local noted, err = search.by_id(db, workflow, id, most)
  if not noted then return nil, err end
  local key, key_err = derived_key(db, workflow, templates, id, most)
  if key_err then return nil, key_err end
  local keys = { { key = id, as = "business key" } }
  if key then keys[2] = { key = key, as = "correlation id" } end
  for _, found in ipairs(noted) do keys[#keys + 1] = found end
  return keys
end

local function add_records(found, db, workflow, templates, keys)
  local sources, err = journal_runs.sources(db, workflow)
  if not sources then return nil, err end
  local seen = {}
  for _, match in ipairs(keys) do
    local records, records_err = {}, nil
    if not seen[match.key] then records, records_err = search.by_key(db, workflow, match.key) end
    if not records then return nil, records_err end
    for _, record in ipairs(records) do
      complete(record, templates)
      record.as, record.sources = match.as, sources
      found[#found + 1] = record
    end
    seen[match.key] = true
  end
  return true
end

local function find_in(db, workflow, id, most, found)
  local templates, err = journal_steps.lasting_templates(db, workflow)
  local keys, ok, more
  if templates then keys, err = keys_of(db, workflow, templates, id, most) end
  if keys then ok, err = add_records(found, db, workflow, templates, keys) end
  if ok then more, err = search.has_more(db, workflow, most) end
  if err then return nil, err end
  found.more = found.more or more
  return true
end

--- Searches every workflow of a journal.
---@param db credenco.journal.Database
---@param id string
---@param most integer the number of records to read without an index
---@return table[]? found records with `as`, the role of the id; `more`: some records were not read
---@return string? err
function M.find(db, id, most)
  local workflows, err = journal_report.workflows(db)
  if not workflows then return nil, err end
  local found = {}
  for _, workflow in ipairs(workflows) do
    local ok, find_err = find_in(db, workflow, id, most, found)
    if not ok then return nil, find_err end
  end
  return found
end

return M
