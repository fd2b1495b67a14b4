// The sandbox's requests and responses fit its own OpenAPI document, checked by ajv.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { COMPANY, startSandbox } from './sandbox.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const GRANT = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';

describe('GET /sandbox/openapi.json', () => {
  let sandbox, document, ajv;
  const met = new Set();

  before(async () => {
    sandbox = await startSandbox();
    document = await (await fetch(`${sandbox.base_url}/sandbox/openapi.json`)).json();
    ajv = new Ajv2020({ strict: true, allErrors: true });
    ajv.addVocabulary(['components', 'paths', 'openapi', 'info', 'servers']);
    ajv.addSchema({ $id: 'sandbox', ...document });
  });
  after(() => sandbox?.stop());

  /** The path of the document that a path is an instance of; one without parameters comes first. */
  function templateOf(path) {
    const fits = (template) => new RegExp(`^${template.replaceAll(/[.]/g, '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
    return Object.keys(document.paths).filter(fits).sort((a, b) => a.split('{').length - b.split('{').length)[0];
  }

  function check(schemaAt, value) {
    const validate = ajv.compile({ $ref: `sandbox#/${schemaAt.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}` });
    assert.ok(validate(value), `${schemaAt.join(' ')}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value)}`);
  }

  /** Sends a request and holds the answer against the document. */
  async function call(method, path, expected, { body, headers = {} } = {}) {
    const json = body !== undefined && typeof body !== 'string';
    const answer = await fetch(sandbox.base_url + path, {
      method, headers: { 'x-api-key': sandbox.api_key, ...(json && { 'content-type': 'application/json' }), ...headers },
      body: json ? JSON.stringify(body) : body,
    });
    const template = templateOf(path.split('?')[0]);
    const operation = document.paths[template]?.[method.toLowerCase()];
    assert.ok(operation, `${method} ${path} is not in the document`);
    const text = await answer.text();
    assert.equal(answer.status, expected, text);
    const described = operation.responses[String(answer.status)];
    assert.ok(described, `${method} ${template}: ${answer.status} is not in the document`);
    met.add(`${method} ${template}`);
    if (json && answer.ok) {
      check(['paths', template, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema'], body);
    }
    if (!described.content) {
      assert.equal(text, '');
      return undefined;
    }
    const type = answer.headers.get('content-type').split(';')[0];
    assert.deepEqual(Object.keys(described.content), [type]);
    if (!type.endsWith('json')) return text;
    const value = JSON.parse(text);
    check(['paths', template, method.toLowerCase(), 'responses', String(answer.status), 'content', type, 'schema'], value);
    return value;
  }

  const encoded = (order) => order.request_uri.split('credential_offer_uri=')[1];
  const issue = () => call('POST', '/api/v2/credential/issue', 200, { body: { template_id: 'ebw_oid', claims: COMPANY } });

  it('describes the calls of the product', async () => {
    const [trusting, wary] = sandbox.wallets;
    const order = await issue();
    await call('GET', new URL(decodeURIComponent(encoded(order))).pathname, 200);
    await call('GET', '/api/oidc/credential-offer/none', 404);
    await call('POST', `/api/oidc/offer/${trusting.key}?directIssue=true&credential_offer_uri=${encoded(order)}`, 201);
    await call('POST', `/api/oidc/offer/${wary.key}?directIssue=true&credential_offer_uri=${encoded(await issue())}`, 201);
    await call('POST', `/api/oidc/offer/${trusting.key}?credential_offer_uri=none`, 400);
    await call('POST', `/api/oidc/offer/${trusting.key}`, 403, { headers: { origin: 'https://evil.example' } });
    const { revocation_uuid: uuid } = await call('GET', `/api/v2/issue/${order.correlation_id}`, 200);
    await call('POST', `/sandbox/revoke/${uuid}`, 200);
    await call('POST', '/api/v2/credential/issue', 422, { body: { template_id: 'ebw_oid', claims: {} } });
    await call('POST', '/api/v2/credential/issue', 401, { body: {}, headers: { 'x-api-key': 'wrong' } });
    const contacts = `/api/wallets/${wary.key}/trusted-contacts`;
    const { id } = await call('POST', contacts, 201, { body: { did: 'did:web:a.example', name: 'A' } });
    await call('POST', contacts, 400, { body: { did: 'x' } });
    await call('GET', contacts, 200);
    await call('DELETE', `${contacts}/${id}`, 204);
    const token = new URL(sandbox.token_url).pathname;
    const form = `grant_type=client_credentials&client_id=${sandbox.client_id}&client_secret=${sandbox.client_secret}`;
    await call('POST', token, 200, { body: form, headers: FORM });
    await call('POST', token, 401, { body: `${form}x`, headers: FORM });
  });

  it('describes the issuer', async () => {
    const path = new URL(sandbox.credential_issuer).pathname;
    for (const name of ['openid-credential-issuer', 'oauth-authorization-server']) {
      await call('GET', `/.well-known/${name}${path}`, 200);
      await call('GET', `${path}/.well-known/${name}`, 200);
    }
    const offer = await (await fetch(decodeURIComponent(encoded(await issue())))).json();
    const code = offer.grants[GRANT]['pre-authorized_code'];
    const form = `grant_type=${encodeURIComponent(GRANT)}&pre-authorized_code=${code}`;
    const { access_token: token } = await call('POST', `${path}/token`, 200, { body: form, headers: FORM });
    await call('POST', `${path}/token`, 400, { body: form, headers: FORM });
    await call('POST', `${path}/nonce`, 200);
    const headers = { authorization: `Bearer ${token}` };
    await call('POST', `${path}/credential`, 400, { body: { credential_configuration_id: 'ebw_oid' }, headers });
    await call('POST', `${path}/notification`, 401, { body: {} });
    await call('GET', '/issuer/credenco/did.json', 200);
    await call('GET', '/status-lists/1', 200);
    await call('GET', '/vct/ebw_oid', 200);
  });

  it("describes the sandbox's own endpoints", async () => {
    const key = 'openapi';
    const path = `/sandbox/wallets/${key}`;
    await call('PUT', path, 201, { body: { name: 'OpenAPI', trusts_issuer: true } });
    const order = await issue();
    await call('POST', `/api/oidc/offer/${key}?directIssue=true&credential_offer_uri=${encoded(order)}`, 201);
    await call('GET', `${path}/pushes?credential_offer_uri=${encoded(order)}`, 200);
    await call('GET', `${path}/pushes`, 404);
    for (let n = 0; n < 2; n += 1) await call('POST', `/api/oidc/offer/${key}?credential_offer_uri=${encoded(await issue())}`, 201);
    await call('POST', `${path}/inbox/1/read`, 200);
    await call('POST', `${path}/inbox/1/accept`, 200);
    await call('POST', `${path}/inbox/2/dismiss`, 200);
    await call('POST', `${path}/inbox/2/dismiss`, 409);
    await call('POST', `${path}/credentials/1/revoke`, 200);
    await call('GET', `${path}/credentials/1`, 200);
    const { id } = await call('POST', `${path}/trusted-contacts`, 201, { body: { did: 'did:web:a.example', name: 'A' } });
    await call('DELETE', `${path}/trusted-contacts/${id}`, 204);
    await call('GET', path, 200);
    await call('GET', `/sandbox/wallets/${sandbox.wallets[1].key}?latest=5`, 200);
    await call('GET', '/sandbox/wallets/none', 404);
    await call('PUT', '/sandbox/keys/openapi', 201, { body: { roles: [] } });
    await call('PUT', '/sandbox/keys/openapi', 200, { body: { expires_in_s: 60 } });
    await call('PUT', '/sandbox/keys/openapi', 400, { body: { roles: ['None'] } });
    await call('GET', `/api/wallets/${key}/trusted-contacts`, 403, { headers: { 'x-api-key': 'openapi' } });
    await call('PUT', '/sandbox/clients/openapi', 400, { body: {} });
    await call('PUT', '/sandbox/clients/openapi', 201, { body: { secret: 'openapi-secret' } });
    await call('PUT', '/sandbox/behaviour', 200, { body: { exchange: 'after' } });
    await call('PUT', '/sandbox/behaviour', 400, { body: { exchang: 'after' } });
    await call('DELETE', '/sandbox/behaviour', 204);
    await call('PUT', '/sandbox/faults', 200, { body: { rules: [{ endpoint: 'status', effect: 'delay', delay_ms: 1, nth: 1 }] } });
    await call('GET', '/sandbox/faults', 200);
    await call('DELETE', '/sandbox/faults', 204);
    await call('POST', '/sandbox/clock', 200, { body: { advance_s: 1 } });
    for (const name of ['ready', 'openapi.json', 'settings', 'wallets', 'exchanges', 'log', 'behaviour', 'faults']) await call('GET', `/sandbox/${name}`, 200);
    await call('POST', '/sandbox/reset', 204);
  });

  it('has no path that was not met above, but for the stream of events', () => {
    const all = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
    assert.deepEqual(all.filter((operation) => !met.has(operation)), ['GET /sandbox/events']);
  });
});
