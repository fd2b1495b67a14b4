--- Readings of sources: the file or query of each line, and the layout with which such a line can be read again.

local bytes = require "credenco.journal.bytes_as_text"

local M = {}

-- A run that was cut short and starts again with the same file is the same run: its lines keep their numbers. Kept
-- lines are read with their run's header, so a different header makes a different run.
local UNFINISHED = [[
SELECT id FROM credenco_run
WHERE workflow = ? AND place = ? AND edition = ? AND format = ? AND COALESCE(header, '') = ?
  AND COALESCE(encoding, '') = ? AND complete = 0
ORDER BY id DESC LIMIT 1]]

local ADD = [[
INSERT INTO credenco_run (id, workflow, source, format, header, encoding, place, edition, complete, started)
SELECT COALESCE(MAX(id), 0) + 1, ?, ?, ?, ?, ?, ?, ?, 0, {now} FROM credenco_run RETURNING id]]

--- Whether the source gives the same bytes when it is read again, as far as can be known. Standard input, a query or an
--- iterator may not.
---@param source credenco.pipeline.Source
---@return string? place its real path; nil if it is not a file
---@return string? edition
function M.file_of(source)
  local file = source.bytes
  if not file or not file.place then return nil end
  return file.place, file.edition
end

local function unfinished(db, workflow, source, header)
  local place, edition = M.file_of(source)
  if not place then return nil end
  return db:row(UNFINISHED, workflow, place, edition, source.format, header or "", source.encoding or "")
end

--- Begins or continues to read a source.
---@param db credenco.journal.Database
---@param workflow string
---@param source credenco.pipeline.Source
---@return integer? id
---@return string? err
function M.begin(db, workflow, source)
  local place, edition = M.file_of(source)
  local header = source.header and bytes.encode(source.header)
  local id
  local ok, err = db:transaction(function()
    -- two loaders that begin together would take the same number
    local locked, lock_err = db.dialect.lock(db, "credenco_run")
    if not locked then return nil, lock_err end
    local row, row_err = unfinished(db, workflow, source, header)
    if not row and not row_err then
      row, row_err = db:row(ADD, workflow, source.name, source.format, header, source.encoding, place, edition)
    end
    id = row and row[1]
    return id and true, row_err
  end)
  if not ok then return nil, err end
  return id
end

-- Lines without a key that this reading has replaced: the file has other lines at their places, so they were corrected.
-- Lines behind the end of the reading may only have been removed.
local FORGET = [[
DELETE FROM credenco_record WHERE workflow = ? AND key = '' AND run <> ? AND line <= ? AND run IN
  (SELECT id FROM credenco_run WHERE workflow = ? AND place = ?)]]

--- Notes that the source was read to its end.
---@param db credenco.journal.Database
---@param id integer
---@param workflow string
---@param source credenco.pipeline.Source
---@param last_line integer of the source
---@return integer? forgotten the number of refused lines of earlier readings that others replaced
---@return string? err
function M.complete(db, id, workflow, source, last_line)
  local place = M.file_of(source)
  local forgotten = 0
  local ok, err = db:transaction(function()
    local marked, mark_err = db:execute("UPDATE credenco_run SET complete = 1 WHERE id = ?", id)
    if not marked then return nil, mark_err end
    if not place then return true end
    local forget_err
    forgotten, forget_err = db:change(FORGET, workflow, id, last_line, workflow, place)
    return forgotten and true, forget_err
  end)
  if not ok then return nil, err end
  return forgotten
end

local UNREAD = [[
SELECT DISTINCT source FROM credenco_run r WHERE workflow = ? AND complete = 0 AND NOT EXISTS (
  SELECT 1 FROM credenco_run later
  WHERE later.workflow = r.workflow AND later.id > r.id AND later.complete = 1 AND (later.edition = r.edition
    OR COALESCE(later.place, later.source) = COALESCE(r.place, r.source)))
ORDER BY source]]

--- The sources that were not read to their end. The journal does not know the lines behind.
---@param db credenco.journal.Database
---@param workflow string
---@return string[]? names
---@return string? err
function M.unread(db, workflow)
  local rows, err = db:rows(UNREAD, workflow)
  if not rows then return nil, err end
  for i, row in ipairs(rows) do rows[i] = row[1] end
  return rows
end

local SOURCES = "SELECT DISTINCT place, format, encoding FROM credenco_run WHERE workflow = ? ORDER BY place"

--- The sources of a workflow's lines.
---@param db credenco.journal.Database
---@param workflow string
---@return { place: string?, format: string, encoding: string? }[]? sources place: the real path of a file, else nil
---@return string? err
function M.sources(db, workflow)
  local rows, err = db:rows(SOURCES, workflow)
  if not rows then return nil, err end
  for i, row in ipairs(rows) do rows[i] = { place = row[1], format = row[2], encoding = row[3] } end
  return rows
end

--- The layout with which a line of a run can be read again.
---@param db credenco.journal.Database
---@param id integer of a reading
---@return { format: string, header: string?, encoding: string? }? encoding of the source, for lines that are corrected there
---@return string? err
function M.layout(db, id)
  local row, err = db:row("SELECT format, header, encoding FROM credenco_run WHERE id = ?", id)
  if not row then return nil, err end
  return { format = row[1], header = row[2] and bytes.decode(row[2]), encoding = row[3] }
end

return M
