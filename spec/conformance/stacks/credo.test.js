// credo-ts as it ships.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bothWays } from './both_ways.js';
import { notInstalled } from '../sandbox.js';

const { CredoIssuer, CredoWallet } = notInstalled ? {} : await import('./credo.js');

const MANDATE = { company: { id: '1' }, representative: { name: 'A. Jansen' }, powers: ['sign'], limit: 2500.5 };

bothWays('credo-ts', {
  startIssuer: (bindings) => new CredoIssuer().start(bindings),
  startWallet: (tls) => new CredoWallet().start({ insecure: !tls }),

  async receive({ sandbox, wallet }, template, sent, binding) {
    const { request_uri: requestUri } = await sandbox.issue(template, sent);
    const { firstCredential } = await wallet.receive(requestUri, binding);
    const { cnf, exp, iat, iss, status, vct, ...claims } = firstCredential.prettyClaims;
    return { cnf, claims };
  },

  also(world) {
    it('takes a VC-JWT for the DID that it proved with', async () => {
      const { request_uri: requestUri } = await world.sandbox.issue('mandate', MANDATE);
      const { firstCredential } = await world.wallet.receive(requestUri);
      const { id, ...subject } = firstCredential.credentialSubject;
      assert.deepEqual({ ...subject.claims }, MANDATE);
      assert.equal(`${id}#0`, world.wallet.didUrl);
    });
  },
});
