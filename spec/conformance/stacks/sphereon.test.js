// Sphereon's client and issuer of draft 15, each through an adapter of a few lines, in both directions.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { claimSets } from './claims.js';
import { COMPANY, startSandbox, tooOld } from '../sandbox.js';

const { SphereonIssuer, SphereonWallet } = tooOld ? {} : await import('./sphereon.js');

for (const tls of [false, true]) {
  describe(`Sphereon's draft 15 with a sandbox over ${tls ? 'https' : 'http'}`, { skip: tooOld }, () => {
    let sandbox, wallet;
    const issuers = {};

    before(async () => {
      sandbox = await startSandbox({ tls });
      wallet = await new SphereonWallet().start();
      for (const binding of ['did:jwk', 'jwk']) issuers[binding] = await new SphereonIssuer().start([binding]);
    });

    after(async () => {
      for (const issuer of Object.values(issuers)) issuer.stop();
      await sandbox?.stop();
    });

    async function receive(template, claims, binding) {
      const { request_uri: requestUri } = await sandbox.issue(template, claims);
      return wallet.receive(requestUri, template, binding);
    }

    for (const [binding, member] of [['did', 'kid'], ['jwk', 'jwk']]) {
      it(`takes an SD-JWT VC that is bound by ${member}`, async () => {
        const { cnf, claims } = await receive('ebw_oid', COMPANY, binding);
        assert.deepEqual(claims, COMPANY);
        assert.deepEqual(Object.keys(cnf), [member]);
      });
    }

    for (const binding of ['did:jwk', 'jwk']) {
      it(`issues to the sandbox's wallet, which proves with ${binding}`, async () => {
        const issuer = issuers[binding];
        const key = await sandbox.newWallet(issuer.did);
        assert.equal(await sandbox.push(key, await issuer.offer(COMPANY)), 201);
        assert.deepEqual((await sandbox.newest(key)).claims, COMPANY);
      });
    }

    if (tls) return;

    it('gets random claims as they were sent', async () => {
      for (const claims of claimSets()) assert.deepEqual((await receive('any', claims, 'did')).claims, claims);
    });

    it('sends random claims as they arrive', async () => {
      const issuer = issuers['did:jwk'];
      const key = await sandbox.newWallet(issuer.did);
      for (const claims of claimSets()) {
        await sandbox.push(key, await issuer.offer(claims));
        assert.deepEqual((await sandbox.newest(key)).claims, claims);
      }
    });
  });
}
