// Sphereon's client and issuer, which speak draft 15 of OpenID4VCI. It has one `proof` in a credential request and one
// `credential` in the response where 1.0 has lists of both; the two adapters here are all that lies between.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { SignJWT, importJWK, jwtVerify, decodeProtectedHeader } from 'jose';
import { didJwk, fromDidJwk, hasher, newKey, saltGenerator, signerFor } from '../keys.js';

const require = createRequire(import.meta.url); // its ES modules have no names that Node finds
const { CredentialRequestClient, OpenID4VCIClientV1_0_15 } = require('@sphereon/oid4vci-client');
const { MemoryStates, VcIssuer, assertValidAccessTokenRequest, createAccessTokenResponse } = require('@sphereon/oid4vci-issuer');

require('@sphereon/oid4vci-common').EVENTS.emit = () => true; // each is written to the console

const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';

// The wallet's adapter.
const { acquireCredentialsUsingRequest } = CredentialRequestClient.prototype;
CredentialRequestClient.prototype.acquireCredentialsUsingRequest = function inTheWordsOf1(request, ...more) {
  const { proof, ...rest } = request;
  return acquireCredentialsUsingRequest.call(this, { ...rest, proofs: { jwt: [proof.jwt] } }, ...more);
};

const signWith = (privateJwk) => async ({ header, payload }) =>
  new SignJWT(payload).setProtectedHeader(header).sign(await importJWK(privateJwk, 'ES256'));

/** Sphereon's client as a wallet. */
export class SphereonWallet {
  async start() {
    this.key = await newKey();
    this.didUrl = `${didJwk(this.key.publicJwk)}#0`;
    return this;
  }

  /** Takes an offer; how the credential is bound, and its claims. */
  async receive(requestUri, configurationId, binding = 'did') {
    const name = binding === 'did' ? { kid: this.didUrl } : { jwk: this.key.publicJwk };
    const client = await OpenID4VCIClientV1_0_15.fromURI({ uri: requestUri, alg: 'ES256', ...name });
    await client.acquireAccessToken();
    const { credentials } = await client.acquireCredentials({
      credentialConfigurationId: configurationId, format: 'dc+sd-jwt', alg: 'ES256', ...name,
      proofCallbacks: { signCallback: signWith(this.key.privateJwk) },
    });
    const { cnf, exp, iat, iss, status, vct, ...claims } = await new SDJwtVcInstance({ hasher }).getClaims(credentials[0].credential);
    return { cnf, claims };
  }
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

/** Sphereon's issuer, over http, as did:jwk; it leaves the signature of SD-JWT VCs to @sd-jwt. */
export class SphereonIssuer {
  /** @param bindings what its metadata says of key binding */
  async start(bindings = ['did:jwk']) {
    this.key = await newKey();
    this.did = didJwk(this.key.publicJwk);
    this.server = createServer((request, response) => this.serve(request, response)).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
    this.sdJwt = new SDJwtVcInstance({
      signer: await signerFor(this.key.privateJwk), signAlg: 'ES256', hasher, hashAlg: 'sha-256', saltGenerator,
    });
    this.metadata = {
      credential_issuer: this.origin, credential_endpoint: `${this.origin}/credential`, nonce_endpoint: `${this.origin}/nonce`,
      credential_configurations_supported: {
        permit: {
          format: 'dc+sd-jwt', vct: 'urn:sphereon:permit:1', cryptographic_binding_methods_supported: bindings,
          proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } },
        },
      },
    };
    this.states = { credentialOfferSessions: new MemoryStates(), cNonces: new MemoryStates(), uris: new MemoryStates() };
    const { authorization } = this.documents();
    this.issuer = new VcIssuer(this.metadata, authorization, {
      ...this.states, jwtVerifyCallback: verifyProof, credentialSignerCallback: (options) => this.sign(options),
    });
    return this;
  }

  documents() {
    const authorization = {
      issuer: this.origin, token_endpoint: `${this.origin}/token`, response_types_supported: ['token'],
      'pre-authorized_grant_anonymous_access_supported': true,
    };
    return { authorization, issuer: this.metadata };
  }

  /** Makes an offer of these claims; its credential_offer_uri. */
  async offer(claims) {
    const code = randomUUID();
    const uri = `${this.origin}/offers/${code}`;
    await this.issuer.createCredentialOfferURI({
      offerMode: 'REFERENCE', credentialOfferUri: uri, credential_configuration_ids: ['permit'], correlationId: code,
      grants: { [PRE_AUTHORIZED]: { 'pre-authorized_code': code } }, credentialDataSupplierInput: claims,
    });
    return uri;
  }

  async sign({ credential, jwtVerifyResult: { jwt } }) {
    const { _claims: claims, ...payload } = credential;
    return this.sdJwt.issue({ ...payload, ...claims, cnf: jwt.header.kid ? { kid: jwt.header.kid } : { jwk: jwt.header.jwk } },
      { _sd: Object.keys(claims) }, { header: { kid: `${this.did}#0` } });
  }

  async serve(request, response) {
    const answer = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(value));
    };
    try {
      answer(200, await this.route(request, `${request.method} ${request.url}`));
    } catch (error) {
      this.lastError = error;
      answer(400, { error: 'invalid_request', error_description: String(error.message) });
    }
  }

  async route(request, call) {
    switch (call) {
      case 'GET /.well-known/openid-credential-issuer': return this.documents().issuer;
      case 'GET /.well-known/oauth-authorization-server': return this.documents().authorization;
      case 'POST /token': return this.token(Object.fromEntries(new URLSearchParams(await bodyOf(request))));
      case 'POST /nonce': return this.nonce();
      case 'POST /credential': return this.credential(request.headers.authorization, JSON.parse(await bodyOf(request)));
      default: {
        const session = await this.states.credentialOfferSessions.getAsserted(call.match(/^GET \/offers\/(.+)$/)?.[1]);
        return session.credentialOffer.credential_offer;
      }
    }
  }

  async token(form) {
    await assertValidAccessTokenRequest(form, { ...this.states, expirationDuration: 300 });
    return createAccessTokenResponse(form, {
      ...this.states, tokenExpiresIn: 300, accessTokenIssuer: this.origin, cNonceExpiresIn: 300,
      accessTokenSignerCallback: signWith(this.key.privateJwk),
    });
  }

  async nonce() {
    const cNonce = randomUUID();
    await this.states.cNonces.set(cNonce, { cNonce, createdAt: Date.now() });
    return { c_nonce: cNonce };
  }

  /** With the issuer's adapter: the proof of 1.0 as that of draft 15. */
  async credential(authorization, { proofs, ...rest }) {
    const { payload } = await jwtVerify(authorization.replace(/^Bearer /, ''), await importJWK(this.key.publicJwk, 'ES256'));
    const code = payload.preAuthorizedCode ?? payload['pre-authorized_code'];
    const { credentialDataSupplierInput: claims } = await this.states.credentialOfferSessions.getAsserted(code);
    const now = Math.floor(Date.now() / 1000);
    const response = await this.issuer.issueCredential({
      credentialRequest: { ...rest, proof: { proof_type: 'jwt', jwt: proofs.jwt[0] } },
      issuerCorrelation: { preAuthorizedCode: code },
      credential: { vct: 'urn:sphereon:permit:1', iss: this.did, iat: now, exp: now + 3600, _claims: claims },
    });
    return { credentials: response.credentials ?? [{ credential: response.credential }] };
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** Who proved that they hold a key, in Sphereon's words. */
async function verifyProof({ jwt }) {
  const header = decodeProtectedHeader(jwt);
  const { payload } = await jwtVerify(jwt, await importJWK(header.jwk ?? fromDidJwk(header.kid), 'ES256'));
  const did = header.kid?.split('#')[0];
  return {
    jwt: { header, payload }, alg: header.alg, kid: header.kid, jwk: header.jwk ?? fromDidJwk(header.kid),
    ...(did && { did, didDocument: { id: did } }),
  };
}
