// Where the exchange and llhttp may differ: each choice with its reason, and how it is recognised. `ours` and
// `theirs` are what the two made of the response; `text` is its bytes.

const heads = (text) => text.split('\r\n\r\n').slice(0, 3).join('\r\n\r\n');

const REFUSED = [
  ['a control byte in the reason is refused', /(^|\n)HTTP\/1\.[01] \d{3}[ \r][^\n]*[\x00-\x08\x0b-\x1f\x7f][^\n]*\r\n/],
  ['an empty line before the status line is refused', /(^|\r\n\r\n)[\r\n]/],
  ['only chunked is understood as a coding', /\ntransfer-encoding:(?![ \t]*chunked[ \t]*\r\n)/i],
  ['a coding is named once', /\ntransfer-encoding:[^]*\ntransfer-encoding:/i],
  ['HTTP/1.0 has no codings', /HTTP\/1\.0[^]*\ntransfer-encoding:/i],
  ['no version but HTTP/1 is read', /(^|\r\n\r\n)HTTP\/(?!1)/],
  ['a status begins at 100', /(^|\n)HTTP\/1\.[01] 0\d\d/],
];

export const CHOICES = [
  {
    name: 'neither takes it, and one says so earlier',
    holds: (ours, theirs) => ours.state !== 'done' && theirs.state !== 'done',
  },
  {
    name: 'a size beyond max_body_bytes is refused when it is announced',
    holds: (ours) => ours.code === 'too_large',
  },
  {
    name: 'HTTP/1.0 keeps no connection, whatever it says',
    holds: (ours, theirs) => same(ours, theirs) && !ours.reusable && theirs.version === '1.0',
  },
  {
    name: 'a response to HEAD needs no length for the connection to serve again',
    holds: (ours, theirs, { method }) => method === 'HEAD' && same(ours, theirs) && ours.reusable,
  },
  {
    name: 'HTTP/1.2 to 1.9 are read as 1.1 (RFC 9110, 2.5)',
    holds: (ours, theirs) => theirs.error === 'HPE_INVALID_VERSION',
  },
  {
    name: 'Proxy-Connection means nothing (RFC 9112, C.2.2)',
    holds: (ours, theirs, { text }) => same(ours, theirs) && ours.reusable && /\nproxy-connection:/i.test(text),
  },
  {
    name: 'a close in an interim response does not close',
    holds: (ours, theirs) => theirs.error === 'HPE_CLOSED_CONNECTION' && ours.state !== 'failed',
  },
  {
    name: 'what trailers say changes nothing',
    holds: (ours, theirs, { text }) => ours.state === 'done' && /LENGTH|ENCODING/.test(theirs.error) && /\n0+[^\n]*\r\n[^]*:/.test(text),
  },
  {
    name: 'what a chunk extension says is passed over',
    holds: (ours, theirs, { text }) => theirs.error === 'HPE_STRICT' && /\n[0-9a-f]+[ \t]*;/i.test(text),
  },
  {
    name: 'blanks may stand before a chunk extension (RFC 9112, 7.1.1)',
    holds: (ours, theirs, { text }) => theirs.error === 'HPE_INVALID_CHUNK_SIZE' && /\n[0-9a-f]+[ \t]+;/i.test(text),
  },
  {
    name: 'a tab around a value is a blank like any other',
    holds: (ours, theirs, { text }) => /\n(content-length|transfer-encoding|connection):[^\n]*\t/i.test(text),
  },
  ...REFUSED.map(([name, pattern]) => ({
    name,
    holds: (ours, theirs, { text }) => ours.code === 'bad_response' && theirs.state === 'done' && pattern.test(heads(text)),
  })),
];

function same(ours, theirs) {
  return ours.state === 'done' && theirs.state === 'done' && ours.status === theirs.status && ours.body === theirs.body;
}

/** Undefined where both say the same; else the choice that explains the difference, null for none. */
export function difference(response, ours, theirs) {
  const agree = ours.state === theirs.state && (ours.state !== 'done' || (same(ours, theirs) && ours.reusable === theirs.reusable));
  if (agree) return undefined;
  const about = { method: response.method, text: response.bytes.toString('latin1') };
  return CHOICES.find(({ holds }) => holds(ours, theirs, about))?.name ?? null;
}
