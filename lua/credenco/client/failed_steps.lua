--- Advice about a failure of each call of the API, by the call's name.

---@class credenco.Step
---@field not_found string?       the meaning of a 404
---@field when_unknown string?    what to do after a lost response
---@field changes_wallet boolean? a lost response matters, since the call changes a wallet; an offer that nobody delivers
---issues nothing. src/core/verdict.c has the same calls as WALLET

---@type table<string, credenco.Step>
return {
  token = { when_unknown = "ask again" },
  create_offer = {
    not_found = "no such call or template: check base_url and template_id",
    when_unknown = "an unused offer may exist, which does no harm: repeat the call",
  },
  push_offer = {
    changes_wallet = true,
    not_found = "no wallet has this external key, or the offer is no longer there",
    when_unknown = "the wallet may have the offer: deliver the same offer again, never a new one",
  },
  issue_status = {
    not_found = "no issue has this correlation id",
    when_unknown = "ask again",
  },
  trust_issuer = {
    changes_wallet = true,
    not_found = "no wallet has this external key",
    when_unknown = "the contact may exist: look at the wallet's trusted contacts before you repeat the call",
  },
  request = {},
}
