-- What a victim finds in place of the journal's executor, in its thread as well: the same, on databases that can be
-- died in.
local behind = package.path:gsub("^[^;]*;", "")
require "spec.pipeline.killer".watch_databases(require "credenco.journal.database")
return dofile(assert(package.searchpath(..., behind))) -- luacheck: ignore 143
