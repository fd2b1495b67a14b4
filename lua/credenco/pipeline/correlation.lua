--- The correlation id of a record's credential: the same workflow, business key and template give the same id, on every
--- machine and in every run.

local core = require "credenco.core"
local digest = require "openssl.digest"

local M = {}

-- A length in the form that precedes its text, each made once.
local LENGTH = setmetatable({}, { __index = function(texts, length)
  texts[length] = ("%d:"):format(length)
  return texts[length]
end })

--- A UUID of version 8 (RFC 9562, 5.8): 122 bits of SHA-256 over the parts, each behind its length, so that different
--- triples give different texts.
---@param workflow_name string
---@param key string
---@param template_id string
---@return string
function M.id(workflow_name, key, template_id)
  local text = LENGTH[#workflow_name] .. workflow_name .. LENGTH[#key] .. key .. LENGTH[#template_id] .. template_id
  return core.uuid_of(digest.new("sha256"):final(text))
end

return M
