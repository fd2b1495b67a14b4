// Reads responses with the exchange of this project: the program that spec/c/http_replay.c makes.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../build/lua54/spec/c/http_replay', import.meta.url));
const MAX_BODY = 1 << 20;

function parsed(output) {
  const all = [];
  for (let at = 0; at < output.length;) {
    const line = output.indexOf('\n', at);
    const [state, code, status, reusable, length] = output.toString('latin1', at, line).split(' ');
    const end = line + 1 + Number(length);
    all.push({ state, code, status: Number(status), reusable: reusable === '1', body: output.toString('latin1', line + 1, end) });
    at = end + 1;
  }
  return all;
}

/** What the exchange makes of each: { state: 'reading' | 'done' | 'failed', code, status, body, reusable }. */
export async function readAll(responses) {
  const child = spawn(PROGRAM, { stdio: ['pipe', 'pipe', 'inherit'] });
  const output = [];
  child.stdout.on('data', (bytes) => output.push(bytes));
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  child.stdin.end(Buffer.concat(responses.flatMap(({ method, bytes, ends }) => [
    Buffer.from(`${method} ${MAX_BODY} ${ends ? 1 : 0} ${bytes.length}\n`), bytes])));
  const code = await ended;
  if (code !== 0) throw new Error(`http_replay ended with ${code}`);
  return parsed(Buffer.concat(output));
}
