// A real OAuth2 server, oidc-provider: it takes our clients' secrets and assertions, and a service takes its tokens.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import Provider from 'oidc-provider';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RESOURCE = 'urn:credenco:api';
const ODD = { id: 'issuer 1:a+b%41', secret: 's3cret: =+/&%~ *' };

const KINDS = {
  ES256: ['ec', { namedCurve: 'P-256' }],
  ES384: ['ec', { namedCurve: 'P-384' }],
  ES512: ['ec', { namedCurve: 'P-521' }],
  RS256: ['rsa', { modulusLength: 2048 }],
};
const keys = Object.fromEntries(Object.entries(KINDS).map(([alg, kind]) => [alg, generateKeyPairSync(...kind)]));
const pem = (alg) => keys[alg].privateKey.export({ type: 'pkcs8', format: 'pem' });

const COMMON = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [], scope: 'issue' };

function clients() {
  const signing = Object.keys(KINDS).map((alg) => ({
    ...COMMON, client_id: alg, token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: alg,
    jwks: { keys: [{ ...keys[alg].publicKey.export({ format: 'jwk' }), kid: `${alg}-1`, alg, use: 'sig' }] },
  }));
  const secret = (method) => ({
    ...COMMON, client_id: `${ODD.id} ${method}`, client_secret: ODD.secret, token_endpoint_auth_method: `client_secret_${method}`,
  });
  return [...signing, secret('basic'), secret('post')];
}

const CONFIGURATION = {
  scopes: ['issue'],
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  enabledJWA: { clientAuthSigningAlgValues: Object.keys(KINDS) },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (ctx, indicator) => ({ scope: 'issue', audience: indicator, accessTokenFormat: 'opaque' }),
    },
  },
};

describe('an OAuth2 server', () => {
  let server, url, provider, losing;

  // Carries the request out, and breaks the connection instead of answering.
  function lose(response) {
    response.end = () => response.socket.destroy();
  }

  // Says whose token it was.
  async function serve(request, response) {
    const token = await provider.ClientCredentials.find(request.headers.authorization?.replace('Bearer ', '') ?? '');
    response.writeHead(token ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'issue_completed', revocation_uuid: `${token?.clientId} ${token?.scope} ${token?.aud}` }));
  }

  before(async () => {
    server = createServer((request, response) => {
      if (request.url.startsWith('/api/')) return serve(request, response);
      if (losing-- > 0) lose(response);
      return provider.callback()(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${server.address().port}`;
    const { warn, info } = console; // it warns about a Node that is too old for it, or too new
    console.warn = console.info = () => {};
    provider = new Provider(url, { ...CONFIGURATION, clients: clients() });
    Object.assign(console, { warn, info });
  });
  after(() => server.close());

  async function status(oauth2) {
    const child = spawn(`${ROOT}script/lua`, ['spec/conformance/token_client.lua'], { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(JSON.stringify({ base_url: url, oauth2: { token_url: `${url}/token`, scope: 'issue', ...oauth2 } }));
    let said = '';
    for await (const chunk of child.stdout) said += chunk;
    return JSON.parse(said);
  }

  for (const client_auth of ['basic', 'post']) {
    it(`takes an odd id and secret: ${client_auth}`, async () => {
      losing = 0;
      const client_id = `${ODD.id} ${client_auth}`;
      const answer = await status({ client_auth, client_id, client_secret: ODD.secret, resource: RESOURCE });
      assert.equal(answer.revocation_uuid, `${client_id} issue ${RESOURCE}`, JSON.stringify(answer));
      const refused = await status({ client_auth, client_id, client_secret: `${ODD.secret}x` });
      assert.deepEqual([refused.code, refused.step], ['unauthorized', 'token'], JSON.stringify(refused));
      assert.ok(!refused.said.includes('s3cret'));
    });
  }

  for (const alg of Object.keys(KINDS)) {
    it(`takes an assertion signed with ${alg}`, async () => {
      losing = 0;
      const options = { client_auth: 'private_key_jwt', client_id: alg, private_key: pem(alg), private_key_id: `${alg}-1` };
      for (const more of [{}, { assertion_audience: url }, { private_key_id: undefined }]) {
        const answer = await status({ ...options, ...more, resource: RESOURCE });
        assert.equal(answer.revocation_uuid, `${alg} issue ${RESOURCE}`, JSON.stringify(answer));
      }
    });
  }

  const ES256 = () => ({ client_auth: 'private_key_jwt', client_id: 'ES256', private_key: pem('ES256') });

  it('takes no assertion of another key, nor for another server', async () => {
    losing = 0;
    const other = generateKeyPairSync(...KINDS.ES256).privateKey.export({ type: 'pkcs8', format: 'pem' });
    for (const wrong of [{ private_key: other }, { assertion_audience: 'https://id.example' }]) {
      const refused = await status({ ...ES256(), ...wrong });
      assert.deepEqual([refused.code, refused.step], ['unauthorized', 'token'], JSON.stringify(refused));
    }
  });

  // It takes an assertion once, so that the second attempt needs another one.
  it('takes the next attempt when its answer to the first was lost', async () => {
    losing = 1;
    const answer = await status(ES256());
    assert.match(answer.revocation_uuid ?? JSON.stringify(answer), /^ES256 issue/);
    assert.equal(losing, -1);
  });
});
