// Responses that are nearly right: lines and bytes of good ones, mixed, repeated, cut and changed.
// The same seed gives the same ones.

const LINES = [
  'HTTP/1.1 200 OK', 'HTTP/1.1 201 Created', 'HTTP/1.1 204 No Content', 'HTTP/1.1 304 Not Modified', 'HTTP/1.0 200 OK',
  'HTTP/1.1 100 Continue', 'HTTP/1.1 101 Switching Protocols', 'HTTP/1.1 500', 'HTTP/1.1 503 Unavailable',
  'Content-Length: 5', 'Content-Length: 0', 'Content-Length: 11', 'Content-Length:5', 'content-length: 5 ', 'Content-Length: 5, 5',
  'Content-Length: +5', 'Content-Length: 05', 'Content-Length: 18446744073709551615', 'Content-Length: 18446744073709551616',
  'Transfer-Encoding: chunked', 'transfer-encoding:Chunked', 'Transfer-Encoding: identity', 'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: xchunked', 'Connection: close', 'Connection: keep-alive', 'Connection: keep-alive, Close', 'Connection: closed',
  'Upgrade: h2c', 'Connection: upgrade', 'A: b', 'A:', 'A : b', ' A: b', ': b', 'A', 'X-Long: ' + 'v'.repeat(300), 'Retry-After: 7',
  '', '0', '5', 'hello', 'a', '0123456789', '5;a=b', '5 ;a="b"', '5 ', '05', 'FFFFFFFFFFFFFFFF', '10000000000000000', '-1', '0x5', 'g',
];

const WHOLE = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\nC: d\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\n\r\nhello',
  'HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello',
  'HTTP/1.1 204 No Content\r\nA: b\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 503 Unavailable\r\nRetry-After: 7\r\nContent-Length: 11\r\n\r\nhello world',
];

// mulberry32
function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * below) | 0;
  };
}

const ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', ''];
const SOME = ' \t:;,\r\n\0\x1b\x7f\xe9"0159aAfFgG-+.HTP/=';

const cuts = {
  insertByte: (text, at, r) => text.slice(0, at) + SOME[r(SOME.length)] + text.slice(at),
  changeByte: (text, at, r) => text.slice(0, at) + SOME[r(SOME.length)] + text.slice(at + 1),
  anyByte: (text, at, r) => text.slice(0, at) + String.fromCharCode(r(256)) + text.slice(at + 1),
  removeByte: (text, at) => text.slice(0, at) + text.slice(at + 1),
  changeCase: (text, at) => text.slice(0, at) + (text[at] ?? '').toUpperCase() + text.slice(at + 1),
  cut: (text, at) => text.slice(0, at),
  repeat: (text, at, r) => text.slice(0, at) + text.slice(Math.max(0, at - r(30))),
  append: (text, at, r) => text + WHOLE[r(WHOLE.length)].slice(r(3) * 17),
};

function insertLine(text, r) {
  const lines = text.split('\r\n');
  lines.splice(r(lines.length + 1), r(3) === 0 ? 1 : 0, LINES[r(LINES.length)] + ENDS[r(ENDS.length)].replace('\r\n', ''));
  return lines.join('\r\n');
}

function composed(r) {
  let text = '';
  for (let count = 2 + r(8); count > 0; count -= 1) text += LINES[r(LINES.length)] + ENDS[r(ENDS.length)];
  return text;
}

function mutated(r) {
  let text = r(12) === 0 ? composed(r) : WHOLE[r(WHOLE.length)];
  const kinds = Object.keys(cuts);
  for (let count = r(4); count > 0; count -= 1) {
    text = r(3) === 0 ? insertLine(text, r) : cuts[kinds[r(kinds.length)]](text, r(text.length + 1), r);
  }
  return text;
}

/** `count` responses: { method, bytes, ends }, ends saying whether the connection ends behind them. */
export function* responses(count, seed) {
  const r = random(seed);
  for (let i = 0; i < count; i += 1) {
    yield { method: r(8) === 0 ? 'HEAD' : 'POST', bytes: Buffer.from(mutated(r), 'latin1'), ends: r(2) === 0 };
  }
}
