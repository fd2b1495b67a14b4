--- Claim mapping: rules from a record (a line of a register, a row of a payroll) to the claims of
--- a credential.
---
---     local claims = require "credenco.claims"
---     local company = claims.map {
---       id              = claims.text("coc_number", { form = "digits", length = 8 }),
---       name            = "legal_name",                        -- a column, as trimmed text
---       issuing_country = claims.constant "NL",
---       employees       = claims.integer("employees", { required = false, min = 0 }),
---       address         = { street = "street", city = "city" },
---       directors       = claims.list({ "director_1", "director_2" }),
---     }
---     local object, problems = company:apply(record)
---
--- A claim is required unless it says `required = false` or has a default: a credential with a hole
--- nobody meant is worse than a refused line.

local apply = require "credenco.claims.apply"
local columns = require "credenco.claims.columns"
local rule = require "credenco.claims.rule"

local M = {}

---@class credenco.claims.Mapping
local Mapping = {}
Mapping.__index = Mapping

--- Text of a column or of a function.
--- Options: `trim` (true), `form` (one or a list of `collapse`, `upper`, `lower`, `digits`,
--- `alphanumeric`, or a function), `pattern` (a Lua pattern), `length`, `min_length`, `max_length`
--- (in characters), `one_of`; and as everywhere `required`, `default`, `check` (a function of value
--- and record that returns true, or false and why) and `fits` (what problems say would fit).
---@param source string|function
---@param options? table
---@return credenco.claims.Rule
function M.text(source, options) return (rule.scalar("text", source, options)) end

--- A whole number below 2^53. Options: `min`, `max`, and those of everywhere.
---@param source string|function
---@param options? table
---@return credenco.claims.Rule
function M.integer(source, options) return (rule.scalar("integer", source, options)) end

--- A number, which keeps all digits of its text or does not fit. Options: `min`, `max`, `decimal` (`"."` or `","`),
--- and those of everywhere.
---@param source string|function
---@param options? table
---@return credenco.claims.Rule
function M.number(source, options) return (rule.scalar("number", source, options)) end

--- True or false. Options: `yes` and `no` (lists of lower-case words), and those of everywhere.
---@param source string|function
---@param options? table
---@return credenco.claims.Rule
function M.boolean(source, options) return (rule.scalar("boolean", source, options)) end

--- A day of the calendar, in the claims as `YYYY-MM-DD`. Options: `notation` (`YYYY-MM-DD`,
--- `YYYYMMDD`, `DD-MM-YYYY`, `DD/MM/YYYY`, `DD.MM.YYYY`, `MM/DD/YYYY`), and those of everywhere.
---@param source string|function
---@param options? table
---@return credenco.claims.Rule
function M.date(source, options) return (rule.scalar("date", source, options)) end

--- A list: of several columns, of a column whose name is repeated in the header, or of one column
--- with a `separator`. Blank items are left out. Options: `of` (a rule without a column), `separator`,
--- `min_items`, `max_items`, `unique`, and those of everywhere.
---@param source string|string[]|function
---@param options? table
---@return credenco.claims.Rule
function M.list(source, options) return (rule.list(source, options)) end

--- The same value for every record.
---@param value any
---@return credenco.claims.Rule
function M.constant(value) return (rule.constant(value)) end

--- What a function of the record returns, of any kind. A bare function in a mapping means the same.
--- It may return nil and what is wrong. Options: those of everywhere.
---@param source function
---@param options? table
---@return credenco.claims.Rule
function M.computed(source, options) return (rule.computed(source, options)) end

--- A nested object; a table of rules in a mapping means the same. `{ required = false }` leaves it
--- out of records that have nothing in any of its columns.
---@param fields table<string, any>
---@param options? table
---@return credenco.claims.Rule
function M.object(fields, options) return (rule.object(fields, options)) end

--- A whole mapping: claim name to rule. A column's name alone means required text.
---@param fields table<string, any>
---@return credenco.claims.Mapping
function M.map(fields)
  local root = rule.object(fields)
  return setmetatable({ root = root }, Mapping)
end

---@param value any
---@return boolean
function M.is_mapping(value)
  return getmetatable(value) == Mapping
end

--- Maps one record.
---@param record table
---@return table? claims
---@return credenco.claims.Problem[]? problems every one, in the order of their paths
function Mapping:apply(record)
  return apply.apply(self.root, record)
end

--- The columns that the rules name. Those that functions read are seen by `credenco claims check`.
---@return string[] names sorted
function Mapping:columns()
  return columns.named(self.root)
end

return M
