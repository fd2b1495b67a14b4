-- Times and sizes of the contract's cases.
return {
  PATIENT_MS = 10000, -- no case needs as long; one that takes it hangs
  SOON_MS = 300, -- the deadline of a case whose server keeps silent
  BIG_BODY_BYTES = 4000000,
}
