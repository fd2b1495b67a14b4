--- The databases that a journal can be in. Each is a module that says all that differs; nothing else asks which
--- it is. `url.lua` chooses it by the scheme of the URL.

local url_of = require "credenco.journal.dialect.url"

local M = {}

---@class credenco.journal.Dialect
---@field name string
---@field shared boolean any number of workers may use a journal at a time
---@field full integer how many offers are worth a transaction at once
---@field words table<string, string> what `{word}` in a statement stands for
---@field connect fun(url: string, options: table): table?, string?
---@field prepare fun(db: credenco.journal.Database, options: table): boolean?, string?
---@field bound fun(...): any parameters, as the driver takes them
---@field begin string
---@field writes fun(statement: credenco.journal.Statement, scope: table, items: table[]): credenco.journal.Write[]
---@field exists fun(url: string): boolean
---@field is_writable fun(url: string): boolean
---@field unfit fun(db: credenco.journal.Database): string? why no run can use it
---@field edition fun(url: string): credenco.journal.Edition|false|nil, string? what a journal's file is known by
---@field has_object fun(db: credenco.journal.Database, name: string): boolean?, string?
---@field lock fun(db: credenco.journal.Database, name: string): boolean?, string? for the rest of the transaction
---@field presence? fun(owner: string): credenco.journal.Write what a connection of a worker holds as long as it is there
---@field dead_workers string the query for workers whose records are to be free
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
