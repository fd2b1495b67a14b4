-- Journals of another version, whose tables are others.
local database = require "credenco.journal.database"
local files = require "spec.support.files"
local journal = require "credenco.journal"

-- As format 4 had it, without its indexes: a journal that only runs had used lacks those of a queue.
local RECORD_OF_FORMAT_4 = [[
CREATE TABLE credenco_record (
  workflow TEXT NOT NULL, key TEXT NOT NULL, copy TEXT NOT NULL, run INTEGER NOT NULL, line INTEGER NOT NULL,
  state TEXT NOT NULL, step INTEGER NOT NULL, owner TEXT, input TEXT, offer TEXT, wallet TEXT, code TEXT, stage TEXT,
  message TEXT, updated DOUBLE PRECISION NOT NULL, PRIMARY KEY (workflow, key, copy)) WITHOUT ROWID]]

describe("a journal of another format", function()
  local folder, path
  before_each(function()
    folder = files.temporary_folder()
    path = folder .. "/journal"
    local db = assert(database.open(path))
    assert(db:execute(RECORD_OF_FORMAT_4))
    assert(db:execute "CREATE TABLE credenco_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
    assert(db:execute "INSERT INTO credenco_meta VALUES ('schema', '4')")
    db:close()
  end)
  after_each(function() files.remove_folder(folder) end)

  for _, options in ipairs { { alone = true }, { queue = true }, { existing = true } } do
    it("is refused with both formats, whatever is missing in it, by " .. next(options), function()
      local held, err = journal.open(path, options)
      assert.is_nil(held)
      assert.matches("its format is 4, this one's %d+.-use that version, or another journal", err)
    end)
  end
end)
