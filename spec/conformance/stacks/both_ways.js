// What another stack and the sandbox do with each other: the stack as the wallet of the sandbox's offers, and as an
// issuer to the sandbox's wallets.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { claimSets } from './claims.js';
import { COMPANY, startSandbox, notInstalled } from '../sandbox.js';

/**
 * `stack` has `startIssuer(bindings)`, `startWallet(tls)`, `receive(world, template, claims, binding)`, which gives
 * `{ cnf, claims }` of what its wallet has then, and where it has tests of its own `also(world)`.
 */
export function bothWays(name, stack) {
  for (const tls of [false, true]) {
    describe(`${name} with a sandbox over ${tls ? 'https' : 'http'}`, { skip: notInstalled }, () => {
      const world = { sandbox: null, wallet: null, issuers: {} };

      before(async () => {
        world.sandbox = await startSandbox({ tls });
        world.wallet = await stack.startWallet(tls);
        for (const binding of ['did:jwk', 'jwk']) world.issuers[binding] = await stack.startIssuer([binding]);
      });

      after(async () => {
        for (const issuer of Object.values(world.issuers)) issuer.stop();
        await world.sandbox?.stop();
      });

      takesFrom(world, stack);
      stack.also?.(world);
      issuesTo(world);
      if (!tls) exchangesRandomClaims(world, stack);
    });
  }
}

function takesFrom(world, stack) {
  for (const [binding, member] of [['did', 'kid'], ['jwk', 'jwk']]) {
    it(`takes an SD-JWT VC that is bound by ${member}`, async () => {
      const { cnf, claims } = await stack.receive(world, 'ebw_oid', COMPANY, binding);
      assert.deepEqual(claims, COMPANY);
      assert.deepEqual(Object.keys(cnf), [member]);
    });
  }
}

function issuesTo(world) {
  for (const binding of ['did:jwk', 'jwk']) {
    it(`issues to the sandbox's wallet, which proves with ${binding}`, async () => {
      const issuer = world.issuers[binding];
      const key = await world.sandbox.newWallet(issuer.did);
      assert.equal(await world.sandbox.push(key, await issuer.offer(COMPANY)), 201);
      assert.deepEqual((await world.sandbox.newest(key)).claims, COMPANY);
    });
  }
}

function exchangesRandomClaims(world, stack) {
  it('gets random claims as they were sent', async () => {
    for (const claims of claimSets()) {
      assert.deepEqual((await stack.receive(world, 'any', claims, 'did')).claims, claims);
    }
  });

  it('sends random claims as they arrive', async () => {
    const issuer = world.issuers['did:jwk'];
    const key = await world.sandbox.newWallet(issuer.did);
    for (const claims of claimSets()) {
      await world.sandbox.push(key, await issuer.offer(claims));
      assert.deepEqual((await world.sandbox.newest(key)).claims, claims);
    }
  });
}
