--- The databases for journals. Each is a module with everything that differs; no other code asks which one it is.
--- `url.lua` chooses it by the scheme of the URL.

local url_of = require "credenco.journal.dialect.url"

local M = {}

---@class credenco.journal.Dialect
---@field name string
---@field shared boolean any number of workers may use a journal at the same time
---@field full integer the number of offers that is worth a transaction at once
---@field words table<string, string> what replaces `{word}` in a statement
---@field connect fun(url: string, options: table): table?, string?
---@field prepare fun(db: credenco.journal.Database, options: table): boolean?, string?
---@field bound fun(...): any parameters in the form that the driver takes
---@field begin string
---@field writes fun(statement: credenco.journal.Statement, scope: table, items: table[]): credenco.journal.Write[]
---@field exists fun(url: string): boolean
---@field is_writable fun(url: string): boolean
---@field unfit fun(db: credenco.journal.Database): string? why a run cannot use it
---@field edition fun(url: string): credenco.journal.Edition|false|nil, string? the identity of a journal's file
---@field has_object fun(db: credenco.journal.Database, name: string): boolean?, string?
---@field lock fun(db: credenco.journal.Database, name: string): boolean?, string? for the rest of the transaction
---@field presence? fun(owner: string): credenco.journal.Write a lock that a worker's connection holds until it closes
---@field dead_workers string the query for workers whose records become free
---@field look_up_by_key fun(db: credenco.journal.Database): boolean?, string?
---@field read_all fun(db: credenco.journal.Database): boolean?, string?
---@field gather_statistics fun(db: credenco.journal.Database): boolean?, string?
---@field tidy fun(db: credenco.journal.Database): boolean?, string?

---@param url string
---@return credenco.journal.Dialect
function M.of(url)
  return require("credenco.journal.dialect." .. url_of.dialect(url))
end

return M
