--- The end of an SQL statement: before the semicolons, whitespace and comments behind it, which would end or hide the
--- text written around it.

local lpeg = require "lpeg"

local M = {}

local P, S, R = lpeg.P, lpeg.S, lpeg.R

local function between(open, close) return P(open) * (1 - P(close)) ^ 0 * (P(close) + -1) end

local LINE_REMARK = P "--" * (1 - P "\n") ^ 0
local REMARK = P { "/*" * (lpeg.V(1) + (1 - P "*/")) ^ 0 * (P "*/" + -1) }
local NAME = (R("az", "AZ", "09") + "_") ^ 0
local DOLLAR_QUOTED = lpeg.Cmt("$" * lpeg.C(NAME) * "$", function(text, at, name)
  local _, stop = text:find("$" .. name .. "$", at, true)
  return stop and stop + 1
end)
local QUOTED = between("'", "'") + between('"', '"') + between("`", "`")

local BEYOND = LINE_REMARK + REMARK + S ";\n\r\t\v\f "
local STATEMENT = lpeg.C((BEYOND ^ 0 * (QUOTED + DOLLAR_QUOTED + (1 - BEYOND))) ^ 0)

---@param text string
---@return string statement empty if there is none
function M.without_end(text)
  return STATEMENT:match(text)
end

return M
