--- What a pipeline can promise under each behaviour of a service: by behaviour and value. Under every one of them a
--- record is issued once at most, for a single offer of each record is pushed.
local M = {}

local REFUSED_ID = "an offer whose response was lost is not had again: the record ends as unknown (already_asked), "
  .. "and you look into the wallet"
local REFUSED_PUSH = "after a lost response a repeated push says nothing new: the status decides, "
  .. "and where it does not, the record ends as unknown"

---@type table<string, table<string, string>>
M.OF = {
  repeated_correlation_id = {
    new_offer = "an offer whose response was lost is made again; nothing is lost. A second journal "
      .. "with the same records would issue them again",
    same_offer = "an offer whose response was lost is had again; give --offer-lifetime no more than an offer lives",
    ["409"] = REFUSED_ID, ["412"] = REFUSED_ID, ["422"] = REFUSED_ID,
  },
  repeated_push = {
    ["201"] = "a push whose response was lost is repeated; nothing is lost",
    ["400"] = REFUSED_PUSH, ["404"] = REFUSED_PUSH, ["409"] = REFUSED_PUSH,
  },
  expired_push = {
    ["201"] = "an expired offer is ignored in silence: what is older than --offer-lifetime counts as issued only when "
      .. "the status says so, else as unknown",
    ["400"] = "an expired offer is refused: the record fails, and `credenco retry` issues it",
    ["404"] = "an expired offer is refused: the record fails, and `credenco retry` issues it",
  },
  push_answer = {
    ["201"] = "a push that was done says so",
    ["500"] = "a push that was done looks like a failure: the status and a repeated push decide, else it is unknown",
  },
  exchange = {
    before = "at the 201 the wallet has decided",
    after = "at the 201 the wallet has decided nothing yet: --confirm waits until the "
      .. "issuer has handed the credential out",
  },
  issue_status = {
    progresses = "what is unclear is cleared up by the status",
    stays_created = "the status clears nothing up: what is unclear ends as unknown, and --confirm makes "
      .. "every record so",
  },
  trusted_contacts = {
    listed = "`credenco trust` looks before it repeats: no second contact",
    ["404"] = "`credenco trust` cannot look: after a lost response it may have made the contact",
    ["405"] = "`credenco trust` cannot look: after a lost response it may have made the contact",
  },
}

local UNEXPECTED = "no behaviour that this program knows: try a pipeline with a few records before you rely on it"
local NOT_FOUND_OUT = "not found out: count on the worst of its values"

--- What follows from a reading.
---@param name string
---@param value string?
---@return string
function M.of(name, value)
  return value and (M.OF[name][value] or UNEXPECTED) or NOT_FOUND_OUT
end

return M
