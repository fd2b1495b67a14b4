// credo-ts as it ships, with the two things that it leaves to its user kept in memory: keys and records.
import { EventEmitter, once } from 'node:events';
import { randomBytes, randomUUID, webcrypto } from 'node:crypto';
import {
  Agent, DependencyManager, DidDocument, DidsModule, InjectionSymbols, JsonTransformer, JwkDidResolver, Kms,
  RecordDuplicateError, RecordNotFoundError, WebDidResolver,
} from '@credo-ts/core';
import { OpenId4VcModule } from '@credo-ts/openid4vc';
import express from 'express';

const P256 = { name: 'ECDSA', namedCurve: 'P-256' };
const ES256 = { name: 'ECDSA', hash: 'SHA-256' };

const publicPart = ({ kty, crv, x, y, kid }) => ({ kty, crv, x, y, kid });

/** Keys on P-256, of Node. */
class MemoryKeys {
  backend = 'memory';
  keys = new Map();

  isOperationSupported(_, { operation, algorithm, type }) {
    if (operation === 'createKey') return type.kty === 'EC' && type.crv === 'P-256';
    return operation === 'randomBytes' || (['sign', 'verify'].includes(operation) && algorithm === 'ES256');
  }

  async createKey(_, { keyId = randomUUID() }) {
    const { privateKey } = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
    this.keys.set(keyId, { privateKey, jwk: { ...await webcrypto.subtle.exportKey('jwk', privateKey), kid: keyId } });
    return { keyId, publicJwk: publicPart(this.keys.get(keyId).jwk) };
  }

  async getPublicKey(_, keyId) {
    const found = this.keys.get(keyId);
    return found ? publicPart(found.jwk) : null;
  }

  async sign(_, { keyId, data }) {
    return { signature: new Uint8Array(await webcrypto.subtle.sign(ES256, this.keys.get(keyId).privateKey, data)) };
  }

  async verify(_, { key, data, signature }) {
    const jwk = key.publicJwk ?? this.keys.get(key.keyId).jwk;
    const { kty, crv, x, y } = jwk;
    const imported = await webcrypto.subtle.importKey('jwk', { kty, crv, x, y }, P256, false, ['verify']);
    const verified = await webcrypto.subtle.verify(ES256, imported, signature, data);
    return verified ? { verified, publicJwk: publicPart(jwk) } : { verified };
  }

  randomBytes(_, { length }) {
    return new Uint8Array(randomBytes(length));
  }
}

/** Whether tags are those of a query, in credo's language for it. */
function fits({ $and = [], $or, $not, ...wanted }, tags) {
  const has = ([name, value]) => value === undefined || tags[name] === value
    || (Array.isArray(tags[name]) && [value].flat().every((one) => tags[name].includes(one)));
  return Object.entries(wanted).every(has) && $and.every((query) => fits(query, tags))
    && ($or?.some((query) => fits(query, tags)) ?? true) && !($not && fits($not, tags));
}

/** Records, each a copy of what was saved. */
class MemoryRecords {
  supportsCursorPagination = false;
  records = new Map();

  async save(_, record) {
    if (this.records.has(record.id)) throw new RecordDuplicateError(`${record.id} exists`, { recordType: record.type });
    this.records.set(record.id, { type: record.type, tags: record.getTags(), value: JsonTransformer.toJSON(record) });
  }

  async update(_, record) {
    await this.getById(_, record.constructor, record.id);
    this.records.set(record.id, { type: record.type, tags: record.getTags(), value: JsonTransformer.toJSON(record) });
  }

  async delete(_, record) {
    this.records.delete(record.id);
  }

  async deleteById(_, recordClass, id) {
    this.records.delete(id);
  }

  async getById(_, recordClass, id) {
    const found = this.records.get(id);
    if (found?.type !== recordClass.type) throw new RecordNotFoundError(`no ${id}`, { recordType: recordClass.type });
    return this.read(recordClass, found);
  }

  async getAll(_, recordClass) {
    return this.findByQuery(_, recordClass, {});
  }

  async findByQuery(_, recordClass, query) {
    return [...this.records.values()]
      .filter(({ type, tags }) => type === recordClass.type && fits(query, tags))
      .map((found) => this.read(recordClass, found));
  }

  read(recordClass, { value, tags }) {
    const record = JsonTransformer.fromJSON(structuredClone(value), recordClass);
    record.replaceTags(structuredClone(tags));
    return record;
  }
}

class NoFiles {
  dataPath = '';
  cachePath = '';
  tempPath = '';
  async exists() { return false; }
}

/** Resolves did:web over http, which is not of the method: for a sandbox without TLS. */
class LoopbackWebResolver {
  supportedMethods = ['web'];
  allowsCaching = false;
  allowsLocalDidRecord = false;

  async resolve(_, did) {
    const [, , host, ...path] = did.split(':');
    const url = `http://${decodeURIComponent(host)}/${(path.length ? path : ['.well-known']).join('/')}/did.json`;
    const didDocument = JsonTransformer.fromJSON(await (await fetch(url)).json(), DidDocument);
    return { didDocument, didDocumentMetadata: {}, didResolutionMetadata: { contentType: 'application/did+ld+json' } };
  }
}

/**
 * An agent that is ready.
 * @param options.insecure whether http and did:web over http are fine
 * @param options.openid4vc what the OpenID4VC module is given
 */
export async function startAgent({ insecure = true, openid4vc = {} } = {}) {
  const keys = new MemoryKeys();
  const dependencies = new DependencyManager();
  dependencies.registerInstance(InjectionSymbols.StorageService, new MemoryRecords());
  const agent = new Agent({
    config: { allowInsecureHttpUrls: insecure, autoUpdateStorageOnStartup: true },
    dependencies: { FileSystem: NoFiles, EventEmitterClass: EventEmitter, fetch, WebSocketClass: class {} },
    modules: {
      kms: new Kms.KeyManagementModule({ backends: [keys] }),
      dids: new DidsModule({ resolvers: [insecure ? new LoopbackWebResolver() : new WebDidResolver(), new JwkDidResolver()] }),
      openid4vc: new OpenId4VcModule(openid4vc),
    },
  }, dependencies);
  await agent.initialize();
  return agent;
}

/** credo-ts as a wallet. */
export class CredoWallet {
  async start(options) {
    this.agent = await startAgent(options);
    const { keyId } = await this.agent.kms.createKeyForSignatureAlgorithm({ algorithm: 'ES256' });
    const { didState } = await this.agent.dids.create({ method: 'jwk', options: { keyId } });
    this.didUrl = `${didState.did}#0`;
    this.keyId = keyId;
    return this;
  }

  /** Takes an offer: the record that credo keeps, after it has checked the credential. */
  async receive(requestUri, binding = 'did') {
    const { holder } = this.agent.openid4vc;
    const resolvedCredentialOffer = await holder.resolveCredentialOffer(requestUri);
    const token = await holder.requestToken({ resolvedCredentialOffer });
    const { credentials } = await holder.requestCredentials({
      resolvedCredentialOffer, ...token,
      credentialBindingResolver: async () => (binding === 'did'
        ? { method: 'did', didUrls: [this.didUrl] }
        : { method: 'jwk', keys: [Kms.PublicJwk.fromPublicJwk(await this.agent.kms.getPublicKey({ keyId: this.keyId }))] }),
    });
    return credentials[0].record;
  }
}

const PERMIT = 'urn:credo:permit:1';

/** What binds a credential to the key that the wallet proved. */
function holderOf({ bindingMethod, keys: [key] }) {
  return bindingMethod === 'did' ? { method: 'did', didUrl: key.didUrl } : { method: 'jwk', jwk: key.jwk };
}

/** credo-ts as an issuer of SD-JWT VCs, over http, as did:jwk. */
export class CredoIssuer {
  /** @param bindings what its metadata says of key binding */
  async start(bindings = ['did:jwk']) {
    const app = express();
    this.server = app.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const credentialRequestToCredentialMapper = ({ holderBinding, issuanceSession }) => ({
      type: 'credentials', format: 'dc+sd-jwt', credentials: [this.credentialFor(holderBinding, issuanceSession)],
    });
    const baseUrl = `http://127.0.0.1:${this.server.address().port}/oid4vci`;
    this.agent = await startAgent({ openid4vc: { app, issuer: { baseUrl, credentialRequestToCredentialMapper } } });
    const { keyId } = await this.agent.kms.createKeyForSignatureAlgorithm({ algorithm: 'ES256' });
    const { didState } = await this.agent.dids.create({ method: 'jwk', options: { keyId } });
    this.did = didState.did;
    this.record = await this.agent.openid4vc.issuer.createIssuer({
      accessTokenSignerKeyType: { kty: 'EC', crv: 'P-256' },
      display: [{ name: 'credo-ts', locale: 'en' }],
      credentialConfigurationsSupported: {
        permit: {
          format: 'dc+sd-jwt', vct: PERMIT, cryptographic_binding_methods_supported: bindings,
          credential_signing_alg_values_supported: ['ES256'],
          proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } },
          credential_metadata: { display: [{ name: 'Permit', locale: 'en' }] },
        },
      },
    });
    return this;
  }

  credentialFor(holderBinding, { issuanceMetadata: { claims, frame } }) {
    const now = Math.floor(Date.now() / 1000);
    return {
      payload: { vct: PERMIT, iat: now, exp: now + 3600, ...claims }, disclosureFrame: frame,
      issuer: { method: 'did', didUrl: `${this.did}#0` }, holder: holderOf(holderBinding),
    };
  }

  /** Makes an offer of these claims; its credential_offer_uri. */
  async offer(claims, frame = { _sd: Object.keys(claims) }) {
    const { credentialOffer } = await this.agent.openid4vc.issuer.createCredentialOffer({
      issuerId: this.record.issuerId, credentialConfigurationIds: ['permit'], preAuthorizedCodeFlowConfig: {},
      issuanceMetadata: { claims, frame },
    });
    return new URL(credentialOffer).searchParams.get('credential_offer_uri');
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
