// An issuer made of independent software, for the sandbox's wallet: OpenID4VCI from @openid4vc,
// SD-JWT VC and status list from @sd-jwt, keys from jose, HTTP from Node.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { Oauth2AuthorizationServer, clientAuthenticationAnonymous } from '@openid4vc/oauth2';
import { Openid4vciIssuer } from '@openid4vc/openid4vci';
import { StatusList, createHeaderAndPayload } from '@sd-jwt/jwt-status-list';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { SignJWT, importJWK } from 'jose';
import { callbacksFor, didJwk, hasher, newKey, saltGenerator, signerFor } from './keys.js';

const VCT = 'urn:independent:permit:1';
const PATH = '/tenants/7';
const seconds = (date) => Math.floor(date.getTime() / 1000);

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

export class IndependentIssuer {
  /**
   * @param options.did 'web' or 'jwk'
   * @param options.bindings what the metadata says of key binding
   * @param options.identifiers whether tokens come with a credential_identifier, which then has to be used
   */
  constructor({ did = 'web', bindings = ['jwk'], identifiers = false } = {}) {
    this.identifiers = identifiers;
    this.didMethod = did;
    this.bindings = bindings;
    this.offers = new Map();
    this.tokens = new Map();
    this.nonces = new Set();
    this.events = [];
    this.made = 0;
    this.statuses = new StatusList(new Array(64).fill(0), 2);
  }

  async start() {
    this.key = await newKey();
    const callbacks = callbacksFor(this.key, clientAuthenticationAnonymous());
    this.issuer = new Openid4vciIssuer({ callbacks });
    this.authorizationServer = new Oauth2AuthorizationServer({ callbacks });
    this.server = createServer((request, response) => this.serve(request, response));
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = this.server.address().port;
    this.origin = `http://127.0.0.1:${this.port}`;
    this.identifier = this.origin + PATH;
    this.did = this.didMethod === 'jwk' ? didJwk(this.key.publicJwk) : `did:web:localhost%3A${this.port}`;
    this.kid = this.didMethod === 'jwk' ? `${this.did}#0` : `${this.did}#signing`;
    this.describe();
    this.sdJwt = new SDJwtVcInstance({
      signer: await signerFor(this.key.privateJwk), signAlg: 'ES256', hasher, hashAlg: 'sha-256', saltGenerator,
    });
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  describe() {
    this.credentialIssuer = this.issuer.createCredentialIssuerMetadata({
      credential_issuer: this.identifier,
      credential_endpoint: `${this.identifier}/credential`,
      nonce_endpoint: `${this.identifier}/nonce`,
      notification_endpoint: `${this.identifier}/notification`,
      display: [{ name: 'Independent issuer', locale: 'en' }],
      credential_configurations_supported: {
        permit: {
          format: 'dc+sd-jwt',
          vct: VCT,
          cryptographic_binding_methods_supported: this.bindings,
          credential_signing_alg_values_supported: ['ES256'],
          proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } },
          credential_metadata: { display: [{ name: 'Building permit', locale: 'en', background_color: '#224466' }] },
        },
      },
    });
    this.authorizationServerMetadata = this.authorizationServer.createAuthorizationServerMetadata({
      issuer: this.identifier,
      token_endpoint: `${this.identifier}/token`,
      'pre-authorized_grant_anonymous_access_supported': true,
    });
    this.metadata = {
      originalDraftVersion: 'V1',
      credentialIssuer: this.credentialIssuer,
      authorizationServers: [this.authorizationServerMetadata],
      knownCredentialConfigurations: this.issuer.getKnownCredentialConfigurationsSupported(this.credentialIssuer),
    };
  }

  /** Makes an offer of these claims; its credential_offer_uri. */
  async offer(claims, disclosureFrame) {
    const code = randomUUID();
    const uri = `${this.origin}/offers/${code}`;
    const { credentialOfferObject } = await this.issuer.createCredentialOffer({
      issuerMetadata: this.metadata,
      credentialConfigurationIds: ['permit'],
      credentialOfferUri: uri,
      grants: { 'urn:ietf:params:oauth:grant-type:pre-authorized_code': { 'pre-authorized_code': code } },
    });
    this.offers.set(code, { document: credentialOfferObject, claims, disclosureFrame, index: this.made });
    this.made += 1;
    return uri;
  }

  async serve(request, response) {
    const answer = (status, value, type = 'application/json') => {
      response.writeHead(status, { 'content-type': type });
      response.end(value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value));
    };
    try {
      const { status = 200, value, type } = await this.route(request, `${request.method} ${request.url}`);
      answer(status, value, type);
    } catch (error) {
      this.lastError = error;
      answer(400, error.errorResponse ?? { error: 'invalid_request', error_description: error.message });
    }
  }

  async route(request, call) {
    switch (call) {
      case `GET /.well-known/openid-credential-issuer${PATH}`: return { value: this.credentialIssuer };
      case `GET /.well-known/oauth-authorization-server${PATH}`: return { value: this.authorizationServerMetadata };
      case 'GET /.well-known/did.json': return { value: this.didDocument() };
      case 'GET /status': return { value: await this.statusToken(), type: 'application/statuslist+jwt' };
      case `POST ${PATH}/token`: return { value: await this.token(request) };
      case `POST ${PATH}/nonce`: return { value: this.nonce() };
      case `POST ${PATH}/credential`: return { value: await this.credential(request) };
      case `POST ${PATH}/notification`:
        this.events.push(JSON.parse(await bodyOf(request)).event);
        return { status: 204 };
      default: {
        const offer = this.offers.get(call.match(/^GET \/offers\/(.+)$/)?.[1]);
        return offer ? { value: offer.document } : { status: 404, value: {} };
      }
    }
  }

  didDocument() {
    const method = { id: '#signing', type: 'JsonWebKey', controller: this.did, publicKeyJwk: this.key.publicJwk };
    return { '@context': ['https://www.w3.org/ns/did/v1'], id: this.did, verificationMethod: [method], assertionMethod: ['#signing'] };
  }

  async statusToken() {
    const { header, payload } = createHeaderAndPayload(this.statuses,
      { iss: this.did, sub: `${this.origin}/status`, iat: seconds(new Date()) },
      { alg: 'ES256', typ: 'statuslist+jwt', kid: this.kid });
    return new SignJWT(payload).setProtectedHeader(header).sign(await importJWK(this.key.privateJwk, 'ES256'));
  }

  async token(request) {
    const like = { headers: new Headers(request.headers), method: request.method, url: `${this.origin}${request.url}` };
    const parsed = this.authorizationServer.parseAccessTokenRequest({
      request: like, accessTokenRequest: Object.fromEntries(new URLSearchParams(await bodyOf(request))),
    });
    const code = parsed.grant.preAuthorizedCode;
    const offer = this.offers.get(code);
    if (!offer) throw Object.assign(new Error('unknown code'), { errorResponse: { error: 'invalid_grant' } });
    await this.authorizationServer.verifyPreAuthorizedCodeAccessTokenRequest({
      authorizationServerMetadata: this.authorizationServerMetadata, grant: parsed.grant,
      accessTokenRequest: parsed.accessTokenRequest, request: like, expectedPreAuthorizedCode: code,
    });
    this.offers.delete(code);
    const token = randomUUID();
    this.tokens.set(token, offer);
    const details = [{ type: 'openid_credential', credential_configuration_id: 'permit', credential_identifiers: ['permit-7'] }];
    return { access_token: token, token_type: 'Bearer', expires_in: 60, ...(this.identifiers && { authorization_details: details }) };
  }

  nonce() {
    const cNonce = randomUUID();
    this.nonces.add(cNonce);
    return this.issuer.createNonceResponse({ cNonce });
  }

  async credential(request) {
    const offer = this.tokens.get(request.headers.authorization?.replace(/^Bearer /, ''));
    if (!offer) throw new Error('no token');
    const credentialRequest = this.issuer.parseCredentialRequest({
      issuerMetadata: this.metadata, credentialRequest: JSON.parse(await bodyOf(request)),
    });
    const asked = credentialRequest.credentialIdentifier ?? credentialRequest.credentialConfigurationId;
    if (asked !== (this.identifiers ? 'permit-7' : 'permit')) throw new Error('another credential');
    const [jwt] = credentialRequest.proofs.jwt;
    const { signer, header, payload } = await this.issuer.verifyCredentialRequestJwtProof({ issuerMetadata: this.metadata, jwt });
    if (!this.nonces.delete(payload.nonce)) throw new Error('the nonce is not ours');
    this.lastProof = header;
    const credential = await this.issue(offer, signer.publicJwk);
    return this.issuer.createCredentialResponse({ credentialRequest, credentials: [{ credential }], notificationId: randomUUID() });
  }

  issue(offer, holderJwk) {
    const now = seconds(new Date());
    return this.sdJwt.issue({
      iss: this.did, iat: now, exp: now + 3600, vct: VCT, cnf: { jwk: holderJwk },
      status: { status_list: { idx: offer.index, uri: `${this.origin}/status` } },
      ...offer.claims,
    }, offer.disclosureFrame, { header: { kid: this.kid } });
  }
}
