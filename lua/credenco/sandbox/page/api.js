// Calls to the sandbox.

/** An answer that is no success becomes an Error with the server's own words. */
async function call(method, path, body, headers = {}) {
  const init = { method, headers };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json', ...headers };
    init.body = typeof body === 'string' ? body : JSON.stringify(body);
  }
  const answer = await fetch(path, init);
  const text = await answer.text();
  const value = text === '' ? null : JSON.parse(text);
  if (!answer.ok) throw new Error(value?.detail ?? `${path} answered ${answer.status}`);
  return value;
}

const walletPath = (key) => `/sandbox/wallets/${encodeURIComponent(key)}`;

export const settings = () => call('GET', '/sandbox/settings');
export const wallets = () => call('GET', '/sandbox/wallets');
export const wallet = (key, latest) => call('GET', `${walletPath(key)}?latest=${latest}`);
export const credentialUrl = (key, id) => `${walletPath(key)}/credentials/${id}`;
export const decide = (key, id, decision) => call('POST', `${walletPath(key)}/inbox/${id}/${decision}`);
export const addContact = (key, contact) => call('POST', `${walletPath(key)}/trusted-contacts`, contact);
export const removeContact = (key, id) => call('DELETE', `${walletPath(key)}/trusted-contacts/${id}`);

/** The two calls of an issuance, as an integrator makes them. `claims` is JSON as text. */
export async function issue({ apiKey, template, claims, walletKey, direct }) {
  const order = `{"template_id":${JSON.stringify(template)},"claims":${claims}}`;
  const { request_uri: requestUri } = await call('POST', '/api/v2/credential/issue', order, { 'x-api-key': apiKey });
  const encoded = requestUri.slice(requestUri.indexOf('credential_offer_uri=') + 'credential_offer_uri='.length);
  const flag = direct ? 'directIssue=true&' : '';
  await call('POST', `/api/oidc/offer/${encodeURIComponent(walletKey)}?${flag}credential_offer_uri=${encoded}`);
}

/** Follows the log; the browser reconnects by itself and goes on where it stopped. */
export function follow({ onEntry, onOpen, onLost }) {
  const source = new EventSource('/sandbox/events');
  source.onmessage = (event) => onEntry(JSON.parse(event.data));
  source.onopen = onOpen;
  source.onerror = onLost;
}
