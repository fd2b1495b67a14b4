--- The questions that the service's documentation leaves open, each once, with its possible answers. The sandbox can
--- behave in any of these ways, and `credenco probe` finds out how a real service behaves.
---
--- An answer is a word, or a number: the HTTP status of a response, or seconds for `offer_ttl_s`.
local lists = require "credenco.base.lists"
local options = require "credenco.base.options"
local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

---@class credenco.SandboxBehaviour
---@field name string
---@field about string the question
---@field default string|integer
---@field values string[]? the possible answers, the default first
---@field range { [1]: integer, [2]: integer }? if the answer is a whole number

--- In the order for people.
---@type credenco.SandboxBehaviour[]
M.LIST = {
  { name = "repeated_correlation_id", values = { "new_offer", "same_offer", "409", "412", "422" },
    about = "an issuance is started again with a correlation_id that was used before" },
  { name = "repeated_push", values = { "201", "400", "404", "409" },
    about = "an offer is delivered again that was delivered before; 201 changes nothing" },
  { name = "expired_push", values = { "201", "400", "404" },
    about = "an offer is delivered that has expired or never existed; 201 ignores it" },
  { name = "push_response", values = { "201", "500" },
    about = "the response to a delivery that succeeded" },
  { name = "exchange", values = { "before", "after" },
    about = "whether the OpenID4VCI exchange runs before the response to a delivery, or after it" },
  { name = "issue_status", values = { "progresses", "stays_created" },
    about = "whether the status of an issue moves on from issue_request_created" },
  { name = "offer_ttl_s", default = 300, range = { 1, 86400 },
    about = "how many seconds an offer is valid" },
  { name = "trusted_contacts", values = { "listed", "404", "405" },
    about = "the response to GET on a wallet's trusted contacts" },
  { name = "repeated_contact", values = { "201", "200", "409" },
    about = "an issuer is added again that is a trusted contact already; 201 and 200 change the contact" },
}

---@type table<string, credenco.SandboxBehaviour>
M.BY_NAME = {}
for _, row in ipairs(M.LIST) do
  row.default = row.default or row.values[1]
  M.BY_NAME[row.name] = row
end

-- A status may also be given as a number.
local function value_of(row, value)
  if row.values then
    local answer = type(value) == "number" and ("%.0f"):format(value) or value
    return lists.contains(row.values, answer) and answer or nil
  end
  local number = tonumber(value)
  local fits = number and number % 1 == 0 and number >= row.range[1] and number <= row.range[2]
  return fits and number or nil
end

local function allowed(row)
  if row.values then return "one of " .. table.concat(row.values, ", ") end
  return ("a whole number from %d to %d"):format(row.range[1], row.range[2])
end

local function nearest(word, known)
  local name = type(word) == "string" and options.nearest(word, known)
  return name and ("; did you mean '%s'?"):format(name) or ""
end

local function unknown(name)
  return ("unknown behaviour '%s'%s"):format(tostring(name), nearest(name, M.BY_NAME))
end

--- A checked copy of the given answers, in the form of the table above.
---@param given table<string, string|number>
---@return table<string, string|integer>? behaviours
---@return string? err names the behaviour, and the nearest one if the name is unknown
function M.read(given)
  local read = {}
  for _, name in ipairs(sorted_keys(given)) do
    local row = M.BY_NAME[name]
    if not row then return nil, unknown(name) end
    read[name] = value_of(row, given[name])
    if read[name] == nil then
      local proposal = nearest(given[name], lists.set(row.values or {}))
      return nil, ("behaviour '%s' must be %s%s"):format(name, allowed(row), proposal)
    end
  end
  return read
end

--- The same, with the defaults filled in.
---@param read table<string, string|integer> result of `read`
---@return table<string, string|integer>
function M.complete(read)
  local complete = {}
  for _, row in ipairs(M.LIST) do
    complete[row.name] = read[row.name] or row.default
  end
  return complete
end

return M
