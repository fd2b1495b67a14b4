// Independent software as the issuer: the sandbox's wallet takes its offers.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setGlobalConfig } from '@openid4vc/openid4vci';
import { IndependentIssuer } from './issuer.js';
import { startSandbox } from './sandbox.js';

setGlobalConfig({ allowInsecureUrls: true });

const CLAIMS = {
  number: 'P-7', height: 12.5, floors: 3, valid: true, notes: '', empty: {}, none: [],
  address: { street: 'Dam 1', city: 'Amsterdam', geo: { lat: 52.37, lon: 4.89 } },
  parcels: ['A1', 'B2', { code: 'C3' }],
};

// Hidden: two claims, one inside another, and elements of an array. `valid` is in the open.
const FRAME = {
  _sd: ['number', 'address', 'notes', 'empty'],
  address: { _sd: ['city', 'geo'], geo: { _sd: ['lat'] } },
  parcels: { _sd: [0, 2] },
};

let sandbox, issuers = [], made = 0;

before(async () => { sandbox = await startSandbox(); });

after(async () => {
  for (const issuer of issuers) issuer.stop();
  await sandbox?.stop();
});

async function issuerWith(options) {
  const issuer = await new IndependentIssuer(options).start();
  issuers.push(issuer);
  return issuer;
}

async function newWallet() {
  made += 1;
  await sandbox.control('PUT', `/sandbox/wallets/conformance-${made}`, {});
  return `conformance-${made}`;
}

describe("the sandbox's wallet with an independent issuer", () => {
  for (const did of ['web', 'jwk']) {
    it(`keeps the credential of a did:${did} it trusts, nested disclosures put back`, async () => {
      const issuer = await issuerWith({ did });
      const wallet = await newWallet();
      await sandbox.trust(wallet, issuer.did);
      assert.equal(await sandbox.push(wallet, await issuer.offer(CLAIMS, FRAME)), 201);
      const { credentials, discarded } = await sandbox.wallet(wallet);
      assert.deepEqual(discarded, []);
      assert.deepEqual(credentials[0].claims, CLAIMS);
      assert.equal(credentials[0].issuer, issuer.did);
      assert.equal(credentials[0].name, 'Building permit');
      assert.equal(credentials[0].status, 'valid');
      assert.deepEqual(issuer.events, ['credential_accepted']);
    });
  }

  it('discards it without a word when it does not trust the issuer', async () => {
    const issuer = await issuerWith();
    const wallet = await newWallet();
    assert.equal(await sandbox.push(wallet, await issuer.offer(CLAIMS, FRAME)), 201);
    const { credentials, discarded } = await sandbox.wallet(wallet);
    assert.deepEqual(credentials, []);
    assert.equal(discarded[0].reason, 'untrusted_issuer');
    assert.deepEqual(issuer.events, []);
  });

  it('names its key the way the issuer asks for', async () => {
    for (const [bindings, member] of [[['jwk'], 'jwk'], [['did:jwk'], 'kid']]) {
      const issuer = await issuerWith({ bindings });
      const wallet = await newWallet();
      await sandbox.trust(wallet, issuer.did);
      await sandbox.push(wallet, await issuer.offer(CLAIMS, FRAME));
      assert.equal((await sandbox.wallet(wallet)).credentials.length, 1);
      assert.ok(issuer.lastProof[member]);
    }
  });

  it('uses the credential_identifier the token came with', async () => {
    const issuer = await issuerWith({ identifiers: true });
    const wallet = await newWallet();
    await sandbox.trust(wallet, issuer.did);
    await sandbox.push(wallet, await issuer.offer(CLAIMS, FRAME));
    assert.deepEqual((await sandbox.wallet(wallet)).discarded, []);
    assert.equal((await sandbox.wallet(wallet)).credentials.length, 1);
  });

  it("sees the issuer's status list change", async () => {
    const issuer = await issuerWith();
    const wallet = await newWallet();
    await sandbox.trust(wallet, issuer.did);
    for (let count = 0; count < 3; count += 1) await sandbox.push(wallet, await issuer.offer(CLAIMS, FRAME));
    issuer.statuses.setStatus((await sandbox.wallet(wallet)).credentials[1].status_list.idx, 1);
    const { credentials } = await sandbox.wallet(wallet);
    assert.deepEqual(credentials.map(({ status }) => status), ['valid', 'revoked', 'valid']);
  });

  it('takes it from the inbox on the word of the holder', async () => {
    const issuer = await issuerWith();
    const wallet = await newWallet();
    await sandbox.push(wallet, await issuer.offer(CLAIMS, FRAME), false);
    const { inbox } = await sandbox.wallet(wallet);
    assert.equal(inbox[0].name, 'Building permit');
    assert.equal(inbox[0].issuer_name, 'Independent issuer');
    const { outcome } = await sandbox.control('POST', `/sandbox/wallets/${wallet}/inbox/${inbox[0].id}/accept`);
    assert.equal(outcome, 'accepted');
    assert.equal((await sandbox.wallet(wallet)).credentials.length, 1);
  });

  it('refuses a credential signed with a key that the DID does not name', async () => {
    const issuer = await issuerWith();
    const stranger = await issuerWith();
    issuer.sdJwt = stranger.sdJwt;
    const wallet = await newWallet();
    await sandbox.trust(wallet, issuer.did);
    await sandbox.push(wallet, await issuer.offer(CLAIMS, FRAME));
    const { credentials, discarded } = await sandbox.wallet(wallet);
    assert.deepEqual(credentials, []);
    assert.equal(discarded[0].reason, 'signature_invalid');
    assert.deepEqual(issuer.events, ['credential_failure']);
  });
});
