--- Keeps a new journal from issuing records a second time. Before anything is sent with it, asks the issuer whether it
--- knows the first records, which have the same correlation ids in every journal. If the user wants to issue them
--- again, the issuer may return the old offers, so each record begins like one that was asked for before.

local attempt = require "credenco.pipeline.attempt"
local beginning = require "credenco.journal.beginning"
local core = require "credenco.core"
local correlation = require "credenco.pipeline.correlation"
local prepare = require "credenco.pipeline.prepare"
local uv = require "luv"

local M = {}

--- The code of the error with which it stops a run. The same command would end in the same way.
M.CODE = "known_to_issuer"

local ASKED = 5

local KNOWN = "the issuer already knows %d of the first %d records, but %s does not: they were issued with another "
  .. "journal, or with an earlier one that was lost. %sTo issue them again, give --new-journal. Nothing was sent"
local LIKELY, UNLIKELY = "It is probably %s: give that with --journal. ", "Give the other one with --journal. "
local UNTOLD = "the issuer does not say whether it already knows the first records (%s): if they were issued with "
  .. "another journal, this run issues them again"

-- Places of another journal --------------------------------------------------------------------------

local function directory_of(path)
  return path:match "^(.+)/[^/]*$" or "/"
end

-- Adds a directory and all directories above it.
local function add_upwards(list, directory)
  while directory do
    list[#list + 1] = directory
    directory = directory ~= "/" and directory_of(directory) or nil
  end
end

--- An existing journal that has the same name as a new one, and is another file; or the one in the environment.
---@param path string
---@return string?
function M.other_journal(path)
  local own = uv.fs_realpath(path) or path
  local directories, name = {}, path:match "[^/]+$"
  add_upwards(directories, uv.cwd())
  add_upwards(directories, directory_of(own))
  local candidates = { os.getenv "CREDENCO_JOURNAL" or "" }
  for i, directory in ipairs(directories) do candidates[i + 1] = (directory .. "/" .. name):gsub("^//", "/") end
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

-- Whether the issuer knows an id; nil and an error if it does not say.
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

-- An issuer that claims to know an id that nobody has ever used says nothing about the others.
local function proves_nothing(run)
  return knows(run, core.uuid()) ~= false
end

local function refuse(run, known, asked)
  local path = run.journal.location
  local other = not run.journal.shared and M.other_journal(path)
  run:stop("journal", { code = M.CODE, message = KNOWN:format(known, asked, run.journal.url,
    other and LIKELY:format(other) or UNLIKELY) })
end

-- Whether the issuer knows some of the ids. If so, stops the run, unless the user has allowed it.
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

--- Whether the run may work on records; if not, it has been stopped. Checks only the first records of a new journal.
---@param run credenco.pipeline.Run
---@param items credenco.pipeline.Job[]
---@return boolean
function M.may_begin(run, items)
  if run.has_looked or #items == 0 or not run.works then return true end
  run.has_looked = true
  return look(run, items)
end

return M
