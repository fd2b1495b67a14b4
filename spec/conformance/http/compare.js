// Compares the exchange with llhttp, an independent parser: `node compare.js [COUNT [SEED]]` reads that many
// responses with both, counts the differences by the choice that explains them, and fails when one is left.
import { difference } from './choices.js';
import { read } from './llhttp.js';
import { responses } from './mutate.js';
import { readAll } from './replay.js';

const AT_ONCE = 20000;
const SHOWN = 10;

/** { compared, complete, choices: name to count, unexplained: descriptions } of so many mutated responses. */
async function compare(count, seed) {
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

// Before its version 9 llhttp was lenient, also where it should not have been (a body of a 304).
const isStrict = () => Number(process.versions.llhttp.split('.')[0]) >= 9;

const NAME = 'the exchange reads what llhttp reads, documented choices aside';

async function main(count, seed) {
  console.log('1..1');
  if (!isStrict()) return console.log(`ok 1 - ${NAME} # SKIP this Node has llhttp ${process.versions.llhttp}`);
  const { compared, complete, choices, unexplained } = await compare(count, seed);
  console.log(`# ${compared} compared, ${complete} of them complete responses`);
  for (const [name, times] of Object.entries(choices)) console.log(`# ${times} times: ${name}`);
  for (const text of unexplained.slice(0, SHOWN)) console.log(`# unexplained: ${text}`);
  const good = unexplained.length === 0 && complete > compared / 4;
  process.exitCode = good ? 0 : 1;
  return console.log(`${good ? 'ok' : 'not ok'} 1 - ${NAME}`);
}

await main(Number(process.argv[2] ?? 20000), Number(process.argv[3] ?? 11));
