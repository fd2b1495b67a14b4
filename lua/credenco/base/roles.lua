--- The roles of the service's API keys and clients, and the role that each call of the API needs.
local M = {}

local ISSUE, CONTACTS = "Issue credentials", "Trusted contacts"

M.LIST = { ISSUE, CONTACTS }

--- By the name of the call. The other calls need no role.
---@type table<string, string>
M.OF_CALL = { create_offer = ISSUE, issue_status = ISSUE, trust_issuer = CONTACTS }

return M
