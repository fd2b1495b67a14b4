// Compares the exchange with llhttp: `node compare.js COUNT SEED` counts the differences by the choice that
// explains them and shows the first few that none explains.
import { difference } from './choices.js';
import { read } from './llhttp.js';
import { responses } from './mutate.js';
import { readAll } from './replay.js';

const AT_ONCE = 20000;
const SHOWN = 10;

/** { compared, complete, choices: name to count, unexplained: descriptions } of so many mutated responses. */
export async function compare(count, seed) {
  const outcome = { compared: 0, complete: 0, choices: {}, unexplained: [] };
  for (let part = 0; outcome.compared < count; part += 1) {
    const list = [...responses(Math.min(AT_ONCE, count - outcome.compared), seed + part)];
    const ours = await readAll(list);
    list.forEach((response, i) => note(outcome, response, ours[i], read(response)));
  }
  return outcome;
}

function note(outcome, response, ours, theirs) {
  outcome.compared += 1;
  if (ours.state === 'done') outcome.complete += 1;
  const name = difference(response, ours, theirs);
  if (name === undefined) return;
  if (name !== null) outcome.choices[name] = (outcome.choices[name] ?? 0) + 1;
  else {
    outcome.unexplained.push(JSON.stringify({
      method: response.method, ends: response.ends, bytes: response.bytes.toString('latin1'), ours, theirs,
    }));
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const outcome = await compare(Number(process.argv[2] ?? 200000), Number(process.argv[3] ?? 1));
  console.log(`${outcome.compared} compared, ${outcome.complete} of them complete responses`);
  console.table(outcome.choices);
  console.log(`${outcome.unexplained.length} differences that no choice explains`);
  for (const text of outcome.unexplained.slice(0, SHOWN)) console.log(text);
  process.exitCode = outcome.unexplained.length > 0 ? 1 : 0;
}
