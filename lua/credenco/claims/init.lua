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

--- A mapping, which `claims.map` makes.
---@class credenco.claims.Mapping
local Mapping = {}
Mapping.__index = Mapping

--- The options that all rules but `constant` and `object` take.
---@class credenco.claims.Options
---@field required? boolean a record without the value is refused; default: true, unless there is a `default`
---@field default? any the claim of a record without the value
---@field check? fun(value: any, record: table): boolean?, string? returns true if the value is right, or false and the reason
---@field fits? string a description of a valid value, for reports of problems

--- The options of `claims.text`. Lengths are in characters.
---@class credenco.claims.TextOptions : credenco.claims.Options
---@field trim? boolean remove whitespace at both ends; default true
---@field form? string|fun(text: string): string|table one or a list of `collapse`, `upper`, `lower`, `digits`, `alphanumeric`, or functions
---@field pattern? string a Lua pattern that the text has to match; `^` and `$` stand for its ends
---@field length? integer the exact length
---@field min_length? integer the smallest length
---@field max_length? integer the greatest length
---@field one_of? string[] the texts that are valid

--- The options of `claims.integer`.
---@class credenco.claims.IntegerOptions : credenco.claims.Options
---@field min? number the smallest valid value
---@field max? number the largest valid value

--- The options of `claims.number`.
---@class credenco.claims.NumberOptions : credenco.claims.Options
---@field min? number the smallest valid value
---@field max? number the largest valid value
---@field decimal? "."|"," the decimal point of text; default "."

--- The options of `claims.boolean`. Letter case does not count.
---@class credenco.claims.BooleanOptions : credenco.claims.Options
---@field yes? string[] words that mean true; default: true, yes, 1
---@field no? string[] words that mean false; default: false, no, 0

--- The options of `claims.date`.
---@class credenco.claims.DateOptions : credenco.claims.Options
---@field notation? "YYYY-MM-DD"|"YYYYMMDD"|"DD-MM-YYYY"|"DD/MM/YYYY"|"DD.MM.YYYY"|"MM/DD/YYYY" default `YYYY-MM-DD`

--- The options of `claims.list`.
---@class credenco.claims.ListOptions : credenco.claims.Options
---@field of? credenco.claims.Rule the rule of an item, without a column, such as `claims.integer { min = 1 }`; default: text
---@field separator? string divides the text of one column into items
---@field min_items? integer the smallest number of items; default: 1 if the list is required, otherwise 0
---@field max_items? integer the greatest number of items
---@field unique? boolean no item occurs twice

--- Text of a column or of a function.
---@param source string|fun(record: table): any the column's name, or a function of the record
---@param options? credenco.claims.TextOptions
---@return credenco.claims.Rule
---@overload fun(options: credenco.claims.TextOptions): credenco.claims.Rule
function M.text(source, options) return (rule.scalar("text", source, options)) end

--- A whole number below 2^53.
---@param source string|fun(record: table): any the column's name, or a function of the record
---@param options? credenco.claims.IntegerOptions
---@return credenco.claims.Rule
---@overload fun(options: credenco.claims.IntegerOptions): credenco.claims.Rule
function M.integer(source, options) return (rule.scalar("integer", source, options)) end

--- A number. Text with more digits than a Lua number can hold does not fit.
---@param source string|fun(record: table): any the column's name, or a function of the record
---@param options? credenco.claims.NumberOptions
---@return credenco.claims.Rule
---@overload fun(options: credenco.claims.NumberOptions): credenco.claims.Rule
function M.number(source, options) return (rule.scalar("number", source, options)) end

--- True or false.
---@param source string|fun(record: table): any the column's name, or a function of the record
---@param options? credenco.claims.BooleanOptions
---@return credenco.claims.Rule
---@overload fun(options: credenco.claims.BooleanOptions): credenco.claims.Rule
function M.boolean(source, options) return (rule.scalar("boolean", source, options)) end

--- A date; the claim has the form `YYYY-MM-DD`.
---@param source string|fun(record: table): any the column's name, or a function of the record
---@param options? credenco.claims.DateOptions
---@return credenco.claims.Rule
---@overload fun(options: credenco.claims.DateOptions): credenco.claims.Rule
function M.date(source, options) return (rule.scalar("date", source, options)) end

--- A list of the values of several columns, of a column that occurs several times in the header, or
--- of one column with a `separator`. Blank items are left out.
---@param source string|string[]|fun(record: table): any one column's name, several, or a function of the record
---@param options? credenco.claims.ListOptions
---@return credenco.claims.Rule
function M.list(source, options) return (rule.list(source, options)) end

--- The same value for every record.
---@param value any what JSON can hold
---@return credenco.claims.Rule
function M.constant(value) return (rule.constant(value)) end

--- The value that a function of the record returns, of any type. A rule that is only a function means
--- the same.
---@param source fun(record: table): any, string? may return nil and the problem as text
---@param options? credenco.claims.Options
---@return credenco.claims.Rule
function M.computed(source, options) return (rule.computed(source, options)) end

--- A nested object. A table of rules in a mapping means the same. With `{ required = false }`, a record
--- whose columns for it are all empty gets no such object.
---@param fields table<string, credenco.claims.Rule|string|function|table> as for `claims.map`
---@param options? { required: boolean? } default true
---@return credenco.claims.Rule
function M.object(fields, options) return (rule.object(fields, options)) end

--- Makes a mapping from a table of claim names and rules. A rule that is only a column's name means required text. A
--- mistake in a rule, such as an unknown option, throws an error.
---@param fields table<string, credenco.claims.Rule|string|function|table> a rule, a column's name, a function of the record, or a table of rules for each claim
---@return credenco.claims.Mapping
function M.map(fields)
  local root = rule.object(fields)
  return setmetatable({ root = root }, Mapping)
end

--- Whether a value is a mapping.
---@param value any of any type
---@return boolean
function M.is_mapping(value)
  return getmetatable(value) == Mapping
end

--- Makes the claims of one record.
---@param record table its values by column
---@return table? claims
---@return credenco.claims.Problem[]? problems all of them, in the order of their paths; without claims
function Mapping:apply(record)
  return apply.apply(self.root, record)
end

--- Returns the columns that the rules name. For columns that functions read, use `credenco claims check`.
---@return string[] names sorted
function Mapping:columns()
  return columns.named(self.root)
end

return M
