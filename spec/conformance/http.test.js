// The exchange against an independent parser of HTTP/1.1: nearly right responses, read by both.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compare } from './http/compare.js';

const COUNT = 20000;
const SEED = 11;

describe('the HTTP exchange', () => {
  it('reads what the parser of Node reads, documented choices aside', async () => {
    const outcome = await compare(COUNT, SEED);
    assert.deepEqual(outcome.unexplained.slice(0, 5), []);
    assert.equal(outcome.compared, COUNT);
    assert.ok(outcome.complete > COUNT / 4, `${outcome.complete} complete responses`);
  });
});
