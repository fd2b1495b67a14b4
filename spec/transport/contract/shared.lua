-- Times and sizes of the contract's cases.
return {
  PATIENT_MS = 60000, -- no case needs as long; one that takes it hangs
  SOON_MS = 300, -- the deadline of a case that never gets as far as sending
  SENT_MS = 3000, -- of one whose request is sent by then, even if the machine stands still for two seconds
  BIG_BODY_BYTES = 4000000,
}
