// credo-ts as it ships, in both directions: as the wallet of the sandbox's offers, and as the issuer of others.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { claimSets } from './claims.js';
import { COMPANY, startSandbox, tooOld } from '../sandbox.js';

const { CredoIssuer, CredoWallet } = tooOld ? {} : await import('./credo.js');

const MANDATE = { company: { id: '1' }, representative: { name: 'A. Jansen' }, powers: ['sign'], limit: 2500.5 };

for (const tls of [false, true]) {
  describe(`credo-ts with a sandbox over ${tls ? 'https' : 'http'}`, { skip: tooOld }, () => {
    let sandbox, wallet;
    const issuers = {};

    before(async () => {
      sandbox = await startSandbox({ tls });
      wallet = await new CredoWallet().start({ insecure: !tls });
      for (const binding of ['did:jwk', 'jwk']) issuers[binding] = await new CredoIssuer().start([binding]);
    });

    after(async () => {
      for (const issuer of Object.values(issuers)) issuer.stop();
      await sandbox?.stop();
    });

    /** What credo keeps of the claims, and how the credential is bound. */
    async function receive(template, claims, binding) {
      const { request_uri: requestUri } = await sandbox.issue(template, claims);
      const { firstCredential } = await wallet.receive(requestUri, binding);
      const { cnf, exp, iat, iss, status, vct, ...received } = firstCredential.prettyClaims;
      return { cnf, received };
    }

    for (const [binding, member] of [['did', 'kid'], ['jwk', 'jwk']]) {
      it(`takes an SD-JWT VC that is bound by ${member}`, async () => {
        const { cnf, received } = await receive('ebw_oid', COMPANY, binding);
        assert.deepEqual(received, COMPANY);
        assert.deepEqual(Object.keys(cnf), [member]);
      });
    }

    it('takes a VC-JWT for the DID that it proved with', async () => {
      const { request_uri: requestUri } = await sandbox.issue('mandate', MANDATE);
      const { firstCredential } = await wallet.receive(requestUri);
      const { id, ...subject } = firstCredential.credentialSubject;
      assert.deepEqual({ ...subject.claims }, MANDATE);
      assert.equal(`${id}#0`, wallet.didUrl);
    });

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
      for (const claims of claimSets()) assert.deepEqual((await receive('any', claims, 'did')).received, claims);
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
