// Independent software as the wallet: it takes an offer the sandbox made, completes the exchange
// and checks the credential.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { clientAuthenticationAnonymous } from '@openid4vc/oauth2';
import { Openid4vciClient, setGlobalConfig } from '@openid4vc/openid4vci';
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { callbacksFor, didJwk, hasher, keyFromDocument, newKey, verifierFor } from './keys.js';
import { COMPANY, startSandbox } from './sandbox.js';

setGlobalConfig({ allowInsecureUrls: true });

let sandbox, key, client;

before(async () => {
  sandbox = await startSandbox();
  key = await newKey();
  client = new Openid4vciClient({ callbacks: callbacksFor(key, clientAuthenticationAnonymous()) });
});

after(() => sandbox?.stop());

const byJwk = () => ({ method: 'jwk', alg: 'ES256', publicJwk: key.publicJwk });
const byDid = () => ({ method: 'did', alg: 'ES256', didUrl: `${didJwk(key.publicJwk)}#0` });

/** Takes an offer from its request_uri to the credential. */
async function redeem(requestUri, signer = byJwk()) {
  const credentialOffer = await client.resolveCredentialOffer(requestUri);
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
  const [credentialConfigurationId] = credentialOffer.credential_configuration_ids;
  const { accessTokenResponse } = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({ credentialOffer, issuerMetadata });
  const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata });
  const { jwt } = await client.createCredentialRequestJwtProof({ issuerMetadata, credentialConfigurationId, nonce, signer });
  const accessToken = accessTokenResponse.access_token;
  const { credentialResponse } = await client.retrieveCredentials({
    issuerMetadata, credentialConfigurationId, accessToken, proofs: { jwt: [jwt] },
  });
  return { credential: credentialResponse.credentials[0].credential, credentialResponse, issuerMetadata, accessToken };
}

const issuerKey = (jwt) =>
  keyFromDocument(`${sandbox.base_url}/issuer/credenco/did.json`, decodeProtectedHeader(jwt).kid);

/** An @sd-jwt verifier that trusts the sandbox's DID document. */
async function verifierOf(credential) {
  const verifier = await verifierFor(await issuerKey(credential.split('~')[0]));
  return new SDJwtVcInstance({
    verifier, statusVerifier: verifier, hasher, hashAlg: 'sha-256', loadTypeMetadataFormat: false,
    statusListFetcher: async (uri) => (await fetch(uri)).text(),
  });
}

describe('an independent wallet', () => {
  it('finds metadata it accepts', async () => {
    const offer = await client.resolveCredentialOffer((await sandbox.issue()).request_uri);
    const metadata = await client.resolveIssuerMetadata(offer.credential_issuer);
    assert.equal(metadata.credentialIssuer.credential_issuer, sandbox.credential_issuer);
    assert.deepEqual(Object.keys(metadata.knownCredentialConfigurations).sort(), ['any', 'ebw_oid', 'iban', 'mandate']);
    assert.equal(metadata.authorizationServers[0].issuer, sandbox.credential_issuer);
  });

  const bindings = [
    ['a jwk', byJwk, () => ({ jwk: { kty: 'EC', crv: 'P-256', x: key.publicJwk.x, y: key.publicJwk.y } })],
    ['a did:jwk kid', byDid, () => ({ kid: byDid().didUrl })],
  ];
  for (const [name, signer, binding] of bindings) {
    it(`completes the exchange with ${name} and verifies signature, disclosures and status`, async () => {
      const { credential } = await redeem((await sandbox.issue()).request_uri, signer());
      const { payload, header } = await (await verifierOf(credential)).verify(credential);
      const { id, name: company, issuing_authority, issuing_country } = payload;
      assert.deepEqual({ id, name: company, issuing_authority, issuing_country }, COMPANY);
      assert.equal(header.typ, 'dc+sd-jwt');
      assert.equal(payload.iss, sandbox.issuer_did);
    });

    it(`gets a credential bound to its key, as it proved it with ${name}`, async () => {
      const { credential } = await redeem((await sandbox.issue()).request_uri, signer());
      assert.deepEqual(decodeJwt(credential.split('~')[0]).cnf, binding());
    });
  }

  it('finds every claim hidden until it is disclosed', async () => {
    const { credential } = await redeem((await sandbox.issue()).request_uri);
    const payload = decodeJwt(credential.split('~')[0]);
    assert.equal(payload._sd.length, 4);
    for (const claim of Object.keys(COMPANY)) assert.equal(payload[claim], undefined);
  });

  it('gets the claims exactly as they were sent', async () => {
    const claims = {
      text: 'Ünïcødé 漢字 😀 "quoted" \\ / \n', empty_text: '', empty_list: [], empty_object: {}, nothing: null, flag: false,
      large: 9007199254740992, exact: 123456789012345, fraction: 0.1, negative: -1.5e-7,
      nested: { list: [1, [], { deep: [null, {}] }], text: '[] {}' },
    };
    const { credential } = await redeem((await sandbox.issue('any', claims)).request_uri);
    const { payload } = await (await verifierOf(credential)).verify(credential);
    const received = Object.fromEntries(Object.keys(claims).map((name) => [name, payload[name]]));
    assert.deepEqual(received, claims);
  });

  it('sees the status flip after a revocation, and only its own', async () => {
    const order = await sandbox.issue();
    const { credential } = await redeem(order.request_uri);
    const { credential: other } = await redeem((await sandbox.issue()).request_uri);
    const verifier = await verifierOf(credential);
    await verifier.verify(credential);

    const { revocation_uuid: uuid } = await sandbox.status(order.correlation_id);
    const { status_list: entry } = await sandbox.control('POST', `/sandbox/revoke/${uuid}`);
    await assert.rejects(verifier.verify(credential), /[Ss]tatus is not valid/);
    await verifier.verify(other);

    const list = getListFromStatusListJWT(await (await fetch(entry.uri)).text());
    assert.equal(list.getStatus(entry.idx), 1);
    assert.equal(list.statusList.reduce((sum, status) => sum + status), 1);
  });

  it('verifies the status list token with jose', async () => {
    const answer = await fetch(`${sandbox.base_url}/status-lists/1`);
    assert.equal(answer.headers.get('content-type'), 'application/statuslist+jwt');
    const token = await answer.text();
    const { payload } = await jwtVerify(token, await importJWK(await issuerKey(token), 'ES256'), { typ: 'statuslist+jwt' });
    assert.equal(payload.sub, answer.url);
  });

  it('verifies a VC-JWT with jose', async () => {
    const claims = { company: { id: '1' }, representative: { name: 'A. Jansen' }, powers: ['sign'], limit: 2500.5 };
    const { credential } = await redeem((await sandbox.issue('mandate', claims)).request_uri, byDid());
    const { payload } = await jwtVerify(credential, await importJWK(await issuerKey(credential), 'ES256'),
      { issuer: sandbox.issuer_did });
    const { id, ...subject } = payload.vc.credentialSubject;
    assert.deepEqual(subject, claims);
    assert.equal(id, payload.sub);
    assert.equal(id, didJwk(key.publicJwk));
  });

  it('is told no when it offers the code a second time', async () => {
    const { request_uri: requestUri } = await sandbox.issue();
    const credentialOffer = await client.resolveCredentialOffer(requestUri);
    const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
    await client.retrievePreAuthorizedCodeAccessTokenFromOffer({ credentialOffer, issuerMetadata });
    await assert.rejects(client.retrievePreAuthorizedCodeAccessTokenFromOffer({ credentialOffer, issuerMetadata }),
      (error) => error.errorResponse?.error === 'invalid_grant');
  });

  it('tells the issuer that it took the credential', async () => {
    const order = await sandbox.issue();
    const { credentialResponse, issuerMetadata, accessToken } = await redeem(order.request_uri);
    await client.sendNotification({
      issuerMetadata, accessToken,
      notification: { notificationId: credentialResponse.notification_id, event: 'credential_accepted' },
    });
    assert.equal((await sandbox.status(order.correlation_id)).status, 'issue_completed');
  });
});
