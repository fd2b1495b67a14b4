--- Claim mapping: rules that make the claims of a credential from a record (a line of a register, a
--- row of a payroll).
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
--- A claim is required unless its rule has `required = false` or a default: a credential that lacks a
--- claim by mistake is worse than a refused line.

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
--- (in characters), `one_of`; and the common options `required`, `default`, `check` (a function of
--- value and record that returns true, or false and the reason) and `fits` (how reports of problems
--- describe a valid value).
---@param source string|function
---@param options? table
---@return credenco.claims.Rule
function M.text(source, options) return (rule.scalar("text", source, options)) end

--- A whole number below 2^53. Options: `min`, `max`, and the common options.
---@param source string|function
---@param options? table
---@return credenco.claims.Rule
function M.integer(source, options) return (rule.scalar("integer", source, options)) end

--- A number. Text with more digits than a Lua number can hold does not fit. Options: `min`, `max`, `decimal`
--- (`"."` or `","`), and the common options.
---@param source string|function
---@param options? table
---@return credenco.claims.Rule
function M.number(source, options) return (rule.scalar("number", source, options)) end

--- True or false. Options: `yes` and `no` (lists of lower-case words), and the common options.
---@param source string|function
---@param options? table
---@return credenco.claims.Rule
function M.boolean(source, options) return (rule.scalar("boolean", source, options)) end

--- A date, which the claim has as `YYYY-MM-DD`. Options: `notation` (`YYYY-MM-DD`,
--- `YYYYMMDD`, `DD-MM-YYYY`, `DD/MM/YYYY`, `DD.MM.YYYY`, `MM/DD/YYYY`), and the common options.
---@param source string|function
---@param options? table
---@return credenco.claims.Rule
function M.date(source, options) return (rule.scalar("date", source, options)) end

--- A list of the values of several columns, of a column that occurs several times in the header, or
--- of one column with a `separator`. Blank items are left out. Options: `of` (a rule without a column), `separator`,
--- `min_items`, `max_items`, `unique`, and the common options.
---@param source string|string[]|function
---@param options? table
---@return credenco.claims.Rule
function M.list(source, options) return (rule.list(source, options)) end

--- The same value for every record.
---@param value any
---@return credenco.claims.Rule
function M.constant(value) return (rule.constant(value)) end

--- The value that a function of the record returns, of any type. A rule that is only a function means
--- the same. The function may return nil and a text that says what is wrong. Options: the common ones.
---@param source function
---@param options? table
---@return credenco.claims.Rule
function M.computed(source, options) return (rule.computed(source, options)) end

--- A nested object. A table of rules in a mapping means the same. With `{ required = false }`, a record
--- whose columns for it are all empty gets no such object.
---@param fields table<string, any>
---@param options? table
---@return credenco.claims.Rule
function M.object(fields, options) return (rule.object(fields, options)) end

--- Makes a mapping from a table of claim names and rules. A rule that is only a column's name means required text.
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

--- Makes the claims of one record.
---@param record table
---@return table? claims
---@return credenco.claims.Problem[]? problems all of them, in the order of their paths
function Mapping:apply(record)
  return apply.apply(self.root, record)
end

--- Returns the columns that the rules name. For columns that functions read, use `credenco claims check`.
---@return string[] names sorted
function Mapping:columns()
  return columns.named(self.root)
end

return M
