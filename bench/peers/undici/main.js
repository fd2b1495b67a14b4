// main.js BASE_URL FLOWS WARMUP CONCURRENCY: prints one line of JSON, see bench/README.md.
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { flow } from './flow.js';
import { RECORDS, makeRecords } from './records.js';

const [baseUrl, flows, warmup, concurrency] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const records = makeRecords();
const caFile = process.env.BENCH_CA_FILE;
const connect = caFile ? { ca: readFileSync(caFile) } : undefined;
const pool = new Pool(baseUrl, { connections: concurrency, pipelining: 1, connect });

const run = async (count) => {
  let next = 0;
  const worker = async () => {
    while (next < count) await flow(pool, records[next++ % RECORDS]);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
};

await run(warmup);
const cpuBefore = process.cpuUsage();
const before = process.hrtime.bigint();
await run(flows);
const wall = Number(process.hrtime.bigint() - before) / 1e9;
const cpu = process.cpuUsage(cpuBefore);
console.log(JSON.stringify({
  peer: 'undici', flows, wall_s: wall, user_s: cpu.user / 1e6, sys_s: cpu.system / 1e6,
}));
await pool.close();
