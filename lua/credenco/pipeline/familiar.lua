--- One record, one credential, also where a journal is new: before anything is sent with it, the issuer is asked whether
--- it knows the first records already. They have the same correlation ids with every journal. Where somebody wants them
--- issued again, the issuer may give offers of then, so each record begins like one that was asked for before.

local attempt = require "credenco.pipeline.attempt"
local beginning = require "credenco.journal.beginning"
local core = require "credenco.core"
local correlation = require "credenco.pipeline.correlation"
local prepare = require "credenco.pipeline.prepare"
local uv = require "luv"

local M = {}

local ASKED = 5

local KNOWN = "the issuer already knows %d of the first %d records, but %s does not: they were issued with another "
  .. "journal, or this one was lost. %sTo issue them again, give --new-journal. Nothing was sent"
local LIKELY, UNLIKELY = "It is probably %s: give that with --journal. ", "Give the other one with --journal. "
local UNTOLD = "the issuer does not say whether it already knows the first records (%s): records that were issued with "
  .. "another journal are issued again"

-- Where another journal may be -----------------------------------------------------------------------

local function folder_of(path)
  return path:match "^(.+)/[^/]*$" or "/"
end

-- A folder and all that it is in.
local function add_upwards(list, folder)
  while folder do
    list[#list + 1] = folder
    folder = folder ~= "/" and folder_of(folder) or nil
  end
end

--- A journal that is there, has the same name as one that is new, and is another file; or the one in the environment.
---@param path string
---@return string?
function M.other_journal(path)
  local own = uv.fs_realpath(path) or path
  local folders, name = {}, path:match "[^/]+$"
  add_upwards(folders, uv.cwd())
  add_upwards(folders, folder_of(own))
  local candidates = { os.getenv "CREDENCO_JOURNAL" or "" }
  for _, folder in ipairs(folders) do candidates[#candidates + 1] = (folder .. "/" .. name):gsub("^//", "/") end
  for _, candidate in ipairs(candidates) do
    local real = uv.fs_realpath(candidate)
    if real and real ~= own and uv.fs_stat(real).type == "file" then return candidate end
  end
end

-- Asking ----------------------------------------------------------------------------------------------

local function ids_of(run, items)
  local ids = {}
  for _, item in ipairs(items) do
    local template_id = #ids < ASKED and prepare.template(run, item)
    if template_id then ids[#ids + 1] = correlation.id(run.workflow.name, item.key, template_id) end
  end
  return ids
end

-- Whether the issuer knows an id; nil and an error when it does not say.
local function knows(run, id)
  local status, err = attempt.ask_once(run, id)
  if status then return true end
  if err.http_status == 404 then return false end
  return nil, err
end

local function count_known(run, ids)
  local count = 0
  for _, id in ipairs(ids) do
    local known, err = knows(run, id)
    if known == nil then return nil, err end
    count = count + (known and 1 or 0)
  end
  return count
end

-- An issuer that knows even an id which nobody has ever used says nothing about the others.
local function proves_nothing(run)
  return knows(run, core.uuid()) ~= false
end

local function refuse(run, known, asked)
  local path = run.journal.location
  local other = not run.journal.shared and M.other_journal(path)
  run:stop("journal", { code = "journal", message = KNOWN:format(known, asked, run.journal.url,
    other and LIKELY:format(other) or UNLIKELY) })
end

-- Whether the issuer knows some of the ids. Then the run has been stopped, unless somebody has said that this may be.
local function is_known(run, ids)
  local known, err = count_known(run, ids)
  if not known and err.http_status then run:warn(UNTOLD:format(tostring(err.message))) end
  if not known or known == 0 or proves_nothing(run) then return false end
  if not run.options.new_journal then refuse(run, known, #ids) end
  return true
end

local function look(run, items)
  local begun, journal_err = beginning.was(run.db, run.workflow.name)
  if begun == nil then
    run:journal_failed(journal_err)
    return false
  end
  run.asks_first = begun == "known"
  local ids = begun and {} or ids_of(run, items)
  if #ids == 0 then return true end
  run.asks_first = is_known(run, ids)
  if run.stopping then return false end
  local ok, note_err = beginning.note(run.db, run.workflow.name, run.asks_first and "known" or "sent")
  if not ok then run:journal_failed(note_err) end
  return ok == true
end

--- Whether records may be worked on; the run has been stopped when not. Only the first ones of a new journal are looked
--- at.
---@param run credenco.pipeline.Run
---@param items credenco.pipeline.Job[]
---@return boolean
function M.may_begin(run, items)
  if run.has_looked or #items == 0 or not run.works then return true end
  run.has_looked = true
  return look(run, items)
end

return M
