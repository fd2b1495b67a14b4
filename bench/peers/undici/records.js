// The values that bench/records.lua makes, made before the clock starts.

/** So many different records; flow i takes record i % RECORDS. */
export const RECORDS = 1000;

const digits = (number, count) => String(number).padStart(count, '0');

const record = (i) => ({
  wallet_key: `5f0c7a9e-1b7d-4c33-9f5e-${digits(i, 12)}`,
  template_id: 'ebw_oid',
  correlation_id: `bench-${digits(i, 6)}`,
  claims: {
    id: `9${digits(i, 7)}`,
    name: 'CoolSoft B.V.',
    issuing_authority: 'Credenco',
    issuing_country: 'NL',
  },
});

export const makeRecords = () => Array.from({ length: RECORDS }, (_, i) => record(i));
