--- The id a record's credential is always asked for under: the same workflow, business key and template
--- give the same id, on every machine and in every run.

local digest = require "openssl.digest"

local M = {}

local HEX = {}
for byte = 0, 255 do HEX[byte] = ("%02x"):format(byte) end

-- One concatenation: this runs for every record, and string.format with sixteen values takes four times as long.
local function formatted(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
  local version, variant = HEX[0x80 + g % 16], HEX[0x80 + i % 64]
  return HEX[a] .. HEX[b] .. HEX[c] .. HEX[d] .. "-" .. HEX[e] .. HEX[f] .. "-" .. version .. HEX[h] .. "-"
    .. variant .. HEX[j] .. "-" .. HEX[k] .. HEX[l] .. HEX[m] .. HEX[n] .. HEX[o] .. HEX[p]
end

--- A UUID of version 8 (RFC 9562, 5.8): 122 bits of SHA-256 over the parts, each with its length in front,
--- so that no two triples read the same.
---@param workflow_name string
---@param key string
---@param template_id string
---@return string
function M.id(workflow_name, key, template_id)
  local text = ("%d:%s%d:%s%d:%s"):format(#workflow_name, workflow_name, #key, key, #template_id, template_id)
  return formatted(digest.new("sha256"):final(text):byte(1, 16))
end

return M
