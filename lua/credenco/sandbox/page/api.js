// Calls to the sandbox.

/** Throws the server's own message as an Error unless the response is a success. */
async function call(method, path, body, headers = {}) {
  const init = { method, headers };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json', ...headers };
    init.body = typeof body === 'string' ? body : JSON.stringify(body);
  }
  const response = await fetch(path, init);
  const text = await response.text();
  const value = text === '' ? null : JSON.parse(text);
  if (!response.ok) throw new Error(value?.detail ?? `${path} responded with ${response.status}`);
  return value;
}

let lastChange = Promise.resolve();

/** Runs one change after the other, in the order of the calls, so that an earlier one cannot overwrite a later one. */
export function inOrder(change) {
  const made = lastChange.then(change);
  lastChange = made.catch(() => {});
  return made;
}

const walletPath = (key) => `/sandbox/wallets/${encodeURIComponent(key)}`;

export const settings = () => call('GET', '/sandbox/settings');
export const wallets = () => call('GET', '/sandbox/wallets');
export const wallet = (key, latest) => call('GET', `${walletPath(key)}?latest=${latest}`);
export const credentialUrl = (key, id) => `${walletPath(key)}/credentials/${id}`;
export const credential = (key, id) => call('GET', credentialUrl(key, id));
export const revoke = (key, id) => call('POST', `${credentialUrl(key, id)}/revoke`);
export const createWallet = (key, wallet) => call('PUT', walletPath(key), wallet);
export const decide = (key, id, decision) => call('POST', `${walletPath(key)}/inbox/${id}/${decision}`);
export const addContact = (key, contact) => call('POST', `${walletPath(key)}/trusted-contacts`, contact);
export const removeContact = (key, id) => call('DELETE', `${walletPath(key)}/trusted-contacts/${id}`);

export const advanceClock = (seconds) => call('POST', '/sandbox/clock', { advance_s: seconds });
export const reset = () => call('POST', '/sandbox/reset');
export const faults = () => call('GET', '/sandbox/faults');
export const setFaults = (faults) => call('PUT', '/sandbox/faults', faults);
export const behaviour = () => call('GET', '/sandbox/behaviour');
export const setBehaviour = (behaviour) => call('PUT', '/sandbox/behaviour', behaviour);
export const clearBehaviour = () => call('DELETE', '/sandbox/behaviour');

/**
 * The two calls of an issuance, as an integrator makes them. `claims` is JSON as text.
 * @returns the offer, percent-encoded
 */
export async function issue({ apiKey, template, claims, walletKey, direct }) {
  const order = `{"template_id":${JSON.stringify(template)},"claims":${claims}}`;
  const { request_uri: requestUri } = await call('POST', '/api/v2/credential/issue', order, { 'x-api-key': apiKey });
  const offer = requestUri.slice(requestUri.indexOf('credential_offer_uri=') + 'credential_offer_uri='.length);
  const flag = direct ? 'directIssue=true&' : '';
  await call('POST', `/api/oidc/offer/${encodeURIComponent(walletKey)}?${flag}credential_offer_uri=${offer}`);
  return offer;
}

const POLL_MS = 200;

/** The outcome of a delivery, when it is known. Calls `onWaiting` until then. */
export async function outcome(walletKey, offer, onWaiting) {
  for (;;) {
    const push = await call('GET', `${walletPath(walletKey)}/pushes?credential_offer_uri=${offer}`);
    if (push.state !== 'waiting') return push;
    onWaiting();
    await new Promise((done) => { setTimeout(done, POLL_MS); });
  }
}

/** Follows the log. The browser reconnects by itself and continues where it stopped. */
export function follow({ onEntry, onOpen, onLost }) {
  const source = new EventSource('/sandbox/events');
  source.onmessage = (event) => onEntry(JSON.parse(event.data));
  source.onopen = onOpen;
  source.onerror = onLost;
}
