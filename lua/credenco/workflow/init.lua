--- A workflow is a Lua file. It returns a table that defines which credential to issue for each record of a source.
---
---     local claims = require "credenco.claims"
---     return {
---       name = "companies",
---       template_id = "ebw_oid",
---       key = "coc_number",              -- the business key: a column, or a function of the record
---       wallet_key = "wallet",
---       claims = claims.map { id = "coc_number", name = "legal_name" },
---     }
---
--- To issue several credentials for one record, use `steps = { {...}, {...} }`. Each step has its own
--- `template_id`, `claims`, `delivery`, `before_issue` and, if it differs, `wallet_key`. A step begins only
--- after the credential of the step before it was issued.

local check = require "credenco.workflow.check"
local claims = require "credenco.claims"
local place_of = require "credenco.claims.thrown"
local without_bom = require "credenco.base.without_bom"

local M = {}

--- The table that a workflow file returns. If it has `steps`, the steps have `template_id`, `claims`, `delivery` and
--- `before_issue`.
---@class credenco.workflow.Definition
---@field name string
---@field key string|fun(record: table): string?
---@field template_id? string|fun(record: table): string
---@field wallet_key? string|fun(record: table): string?
---@field claims? credenco.claims.Mapping|fun(record: table): table?, credenco.claims.Problem[]|string|nil
---@field accept? fun(record: table, client: credenco.Client): boolean?, string?
---@field delivery? "direct"|"inbox"|"offer_only"|fun(record: table): "direct"|"inbox"|"offer_only"
---@field before_issue? fun(record: table, claims: table, client: credenco.Client): any, string?
---@field on_issued? fun(record: table, result: table, client: credenco.Client)
---@field on_failed? fun(record: table, err: table, client: credenco.Client)
---@field steps? table[]

--- One credential of a workflow.
---@class credenco.workflow.Step
---@field template_id string|fun(record: table): string the key of the credential template
---@field wallet_key credenco.workflow.Column|fun(record: table): string? the external key of the wallet
---@field claims credenco.claims.Mapping|fun(record: table): table?, credenco.claims.Problem[]|string|nil the claims, or nil and the problems
---@field delivery string|fun(record: table): "direct"|"inbox"|"offer_only" straight into the wallet, into its inbox, or not at all
---@field before_issue? fun(record: table, claims: table, client: credenco.Client): any, string? may replace the claims, or skip the record

--- A workflow after it was checked. Each field has only one form.
---@class credenco.Workflow
---@field name string part of each correlation id
---@field file string the workflow's file
---@field key credenco.workflow.Column|fun(record: table): string? the business key of a record
---@field accept? fun(record: table, client: credenco.Client): boolean?, string? true to issue the record, or false and the reason to skip it
---@field on_issued? fun(record: table, result: table, client: credenco.Client) is called for each credential
---@field on_failed? fun(record: table, err: table, client: credenco.Client) is called for each failed or unknown record
---@field steps credenco.workflow.Step[] its credentials, in their order
---@field mappings credenco.claims.Mapping[] the mappings of its steps
---@field columns string[] the columns that its fields name

--- A function of the record that returns a column's value.
---@class credenco.workflow.Column
---@field column string the column's name
local Column = { __call = function(self, record) return record[self.column] end }

--- Returns a function that returns the value of a column: `template_id = workflow.column "kind"`.
---@param name string the column's name
---@return fun(record: table): any
function M.column(name)
  return function(record) return record[name] end
end

local function reader(value, columns)
  if type(value) ~= "string" then return value end
  columns[#columns + 1] = value
  return setmetatable({ column = value }, Column)
end

local function compiled_step(step, workflow, columns)
  return {
    template_id = step.template_id,
    wallet_key = reader(step.wallet_key or workflow.wallet_key, columns),
    claims = step.claims,
    delivery = step.delivery or "direct",
    before_issue = step.before_issue,
  }
end

local function compiled(definition, file)
  local columns, steps, mappings = {}, {}, {}
  local key = reader(definition.key, columns)
  for i, step in ipairs(definition.steps or { definition }) do
    steps[i] = compiled_step(step, definition, columns)
    if claims.is_mapping(step.claims) then
      mappings[#mappings + 1] = step.claims
      for _, column in ipairs(step.claims:columns()) do columns[#columns + 1] = column end
    end
  end
  return {
    name = definition.name, file = file, key = key, steps = steps, mappings = mappings, columns = columns,
    accept = definition.accept, on_issued = definition.on_issued, on_failed = definition.on_failed,
  }
end

--- Checks a workflow that you have as a table.
---@param definition credenco.workflow.Definition
---@param where? { file: string, text: string? } the file that the messages name, and its text for the line numbers
---@return credenco.Workflow?
---@return string[]? problems all of them, each with file and line number; the list prints as one line
function M.new(definition, where)
  where = where or { file = "workflow" }
  local problems = check.problems(definition, where)
  if #problems > 0 then return nil, problems end
  return compiled(definition, where.file)
end

local function read_text(path)
  local file, err = io.open(path, "rb")
  if not file then return nil, err end
  local text, text_err = file:read("*a")
  file:close()
  if not text then return nil, ("%s: %s"):format(path, text_err) end
  return text
end

-- "file:12: message" from Lua's message, with or without a chunk's brackets. Leaves out the two dozen lines with the
-- places where Lua looked for a module.
local function script_problem(err)
  local text = tostring(err):gsub('^%[string "(.-)"%]', "%1")
  return (text:gsub("(module '[^\n]-' not found):\n.*", "%1 (LUA_PATH says where modules are looked for)"))
end

-- A script may throw any value. A text has its place in it.
local function told(problem)
  if type(problem) == "string" then return problem end
  return ("%s: it threw a %s; give `error` a text"):format(place_of(problem), type(problem))
end

-- Removes a byte-order mark and a line for the shell, and keeps the line numbers.
local function lua_of(text)
  return (without_bom(text):gsub("^#!", "--"))
end

-- Modules beside the workflow's file are found from any directory, also by a function that requires one later.
local function find_modules_beside(path)
  local directory = path:match "^(.*)/" or "."
  local beside = directory .. "/?.lua"
  if directory == "." or (";" .. package.path .. ";"):find(";" .. beside .. ";", 1, true) then return end
  package.path = ("%s;%s;%s/?/init.lua"):format(package.path, beside, directory)
end

--- Reads and checks a workflow file. This runs the file's code, but sends nothing. From then on, `require` also finds
--- modules in the file's directory.
---@param path string the workflow file
---@return credenco.Workflow?
---@return string[]? problems as for `new`; or one problem if the file cannot be read or run
function M.load(path)
  local text, read_err = read_text(path)
  if not text then return nil, check.alone(read_err) end
  local chunk, syntax_err = (loadstring or load)(lua_of(text), "@" .. path) -- luacheck: ignore 113 143
  if not chunk then return nil, check.alone(script_problem(syntax_err)) end
  find_modules_beside(path)
  local ok, definition = xpcall(chunk, told, path)
  if not ok then return nil, check.alone(script_problem(definition)) end
  return M.new(definition, { file = path, text = text })
end

return M
