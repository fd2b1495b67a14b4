// Reads a response with the parser of Node's own HTTP client (llhttp, strict), one byte at a time, so that
// the byte that completes the response is known.
import { createRequire } from 'node:module';

const { HTTPParser } = createRequire(import.meta.url)('_http_common');

const MAX_HEADER_BYTES = 1 << 20;

function begin(method, seen) {
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.RESPONSE, {}, MAX_HEADER_BYTES, 0);
  let interim = true;
  parser[HTTPParser.kOnHeadersComplete | 0] = (major, minor, headers, _m, _u, status, _s, _up, keeps) => {
    if (seen.done) return 0;
    interim = status < 200;
    if (status === 101) seen.error = 'upgrade';
    if (!interim) Object.assign(seen, { status, keeps, version: `${major}.${minor}`, headers });
    return !interim && method === 'HEAD' ? 1 : 0;
  };
  parser[HTTPParser.kOnBody | 0] = (bytes) => { if (!seen.done) seen.body += bytes.toString('latin1'); };
  parser[HTTPParser.kOnMessageComplete | 0] = () => { seen.done ||= !interim; };
  return parser;
}

/** What llhttp makes of it: { state: 'reading' | 'done' | 'failed', status, body, reusable, error }. */
export function read({ method, bytes, ends }) {
  const seen = { done: false, body: '' };
  const parser = begin(method, seen);
  let at = 0;
  for (; at < bytes.length && !seen.error && !seen.done; at += 1) {
    const taken = parser.execute(bytes.subarray(at, at + 1));
    if (taken instanceof Error && !seen.done) seen.error = taken.code;
  }
  if (ends && !seen.error && !seen.done) {
    const failed = parser.finish();
    if (!seen.done) seen.error = failed instanceof Error ? failed.code : 'unfinished';
  }
  parser.close();
  if (seen.error) return { state: 'failed', error: seen.error };
  if (!seen.done) return { state: 'reading' };
  return { state: 'done', status: seen.status, body: seen.body, reusable: seen.keeps && at === bytes.length, version: seen.version };
}
