--- What a pipeline guarantees under each behaviour of a service, by behaviour and value. Under all of them a record is
--- issued at most once, since only one offer of each record is delivered.
local M = {}

local REFUSED_ID = "after a lost response the offer cannot be requested again: the record ends as unknown "
  .. "(already_asked), and you look into the wallet"
local REFUSED_PUSH = "after a lost response a repeated delivery shows nothing new: the status decides; "
  .. "if it shows nothing either, the record ends as unknown"
local REFUSED_EXPIRED = "an expired offer is refused: the record fails, and `credenco retry` issues it"
local CANNOT_LOOK = "`credenco trust` cannot read the contacts: after a lost response the contact may exist"

---@type table<string, table<string, string>>
M.OF = {
  repeated_correlation_id = {
    new_offer = "after a lost response a new offer is created; nothing is lost. A second journal "
      .. "with the same records would issue them again",
    same_offer = "after a lost response a repeated request returns the same offer: set --offer-lifetime "
      .. "to at most the time that an offer is valid",
    ["409"] = REFUSED_ID, ["412"] = REFUSED_ID, ["422"] = REFUSED_ID,
  },
  repeated_push = {
    ["201"] = "a delivery whose response was lost is repeated; nothing is lost",
    ["400"] = REFUSED_PUSH, ["404"] = REFUSED_PUSH, ["409"] = REFUSED_PUSH,
  },
  expired_push = {
    ["201"] = "an expired offer is ignored silently: a record whose offer is older than --offer-lifetime counts as "
      .. "issued only if the status confirms it, otherwise as unknown",
    ["400"] = REFUSED_EXPIRED, ["404"] = REFUSED_EXPIRED,
  },
  push_response = {
    ["201"] = "a delivery that was done has a clear response",
    ["500"] = "a delivery that was done looks like a failure: the status and a repeated delivery decide; "
      .. "otherwise the record is unknown",
  },
  exchange = {
    before = "when the 201 arrives, the wallet has decided",
    after = "when the 201 arrives, the wallet has not decided yet: --confirm waits until the issuer has issued "
      .. "the credential",
  },
  issue_status = {
    progresses = "the status decides unclear cases",
    stays_created = "the status decides nothing: unclear records end as unknown, and with --confirm every record does",
  },
  trusted_contacts = {
    listed = "`credenco trust` reads the contacts before it repeats: there is no second contact",
    ["404"] = CANNOT_LOOK, ["405"] = CANNOT_LOOK,
  },
}

local UNEXPECTED = "this program does not know this behaviour: try a pipeline with a few records before you rely on it"
local NOT_FOUND_OUT = "not tested: assume the worst of its values"

--- The guarantee that follows from a reading.
---@param name string
---@param value string?
---@return string
function M.of(name, value)
  return value and (M.OF[name][value] or UNEXPECTED) or NOT_FOUND_OUT
end

return M
