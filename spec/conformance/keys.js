// Keys, signatures and digests, from jose and Node's own crypto: what the libraries under test
// leave to their user.
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { SignJWT, exportJWK, generateKeyPair, importJWK, jwtVerify } from 'jose';

/** A key pair, as JWKs. */
export async function newKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { privateJwk: await exportJWK(privateKey), publicJwk: await exportJWK(publicKey) };
}

export const didJwk = (publicJwk) => `did:jwk:${Buffer.from(JSON.stringify(publicJwk)).toString('base64url')}`;

export const fromDidJwk = (did) => JSON.parse(Buffer.from(did.slice('did:jwk:'.length).split('#')[0], 'base64url'));

/** The public JWK behind a signer of @openid4vc. */
function jwkOf(signer) {
  return signer.method === 'jwk' ? signer.publicJwk : fromDidJwk(signer.didUrl);
}

/** Callbacks for @openid4vc that sign with one key and verify with whichever is named. */
export function callbacksFor(key, clientAuthentication) {
  return {
    hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
    generateRandom: (length) => randomBytes(length),
    clientAuthentication,
    signJwt: async (signer, { header, payload }) => {
      const jwt = await new SignJWT(payload).setProtectedHeader(header).sign(await importJWK(key.privateJwk, 'ES256'));
      return { jwt, signerJwk: key.publicJwk };
    },
    verifyJwt: async (signer, { compact }) => {
      const signerJwk = jwkOf(signer);
      try {
        await jwtVerify(compact, await importJWK(signerJwk, 'ES256'));
        return { verified: true, signerJwk };
      } catch {
        return { verified: false };
      }
    },
  };
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256' };
const ES256 = { name: 'ECDSA', hash: 'SHA-256' };

/** Signer for @sd-jwt. */
export async function signerFor(privateJwk) {
  const key = await webcrypto.subtle.importKey('jwk', privateJwk, P256, false, ['sign']);
  return async (data) => Buffer.from(await webcrypto.subtle.sign(ES256, key, Buffer.from(data))).toString('base64url');
}

/** Verifier for @sd-jwt. */
export async function verifierFor(publicJwk) {
  const key = await webcrypto.subtle.importKey('jwk', publicJwk, P256, false, ['verify']);
  return (data, signature) => webcrypto.subtle.verify(ES256, key, Buffer.from(signature, 'base64url'), Buffer.from(data));
}

export const hasher = (data, algorithm) => new Uint8Array(createHash(algorithm.replace('-', '')).update(data).digest());

export const saltGenerator = (length) => randomBytes(length).toString('base64url');

/** The assertion key with this `kid`, from the DID document at `url`. */
export async function keyFromDocument(url, kid) {
  const document = await (await fetch(url)).json();
  if (!document.assertionMethod.includes(kid)) throw new Error(`${kid} is no assertion key`);
  return document.verificationMethod.find((method) => method.id === kid).publicKeyJwk;
}
