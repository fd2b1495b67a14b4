// A running sandbox, started from this checkout and stopped at the end of the tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const COMPANY = { id: '90004760', name: 'CoolSoft B.V.', issuing_authority: 'Credenco', issuing_country: 'NL' };

async function json(answer) {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

class Sandbox {
  constructor(process, ready) {
    this.process = process;
    Object.assign(this, ready);
  }

  /** Starts an issuance; the answer of the issue call. */
  async issue(templateId = 'ebw_oid', claims = COMPANY, more = {}) {
    return json(await fetch(`${this.base_url}/api/v2/credential/issue`, {
      method: 'POST',
      headers: { 'x-api-key': this.api_key, 'content-type': 'application/json' },
      body: JSON.stringify({ template_id: templateId, claims, ...more }),
    }));
  }

  async status(correlationId) {
    const url = `${this.base_url}/api/v2/issue/${encodeURIComponent(correlationId)}`;
    return json(await fetch(url, { headers: { 'x-api-key': this.api_key } }));
  }

  async push(walletKey, offerUri, direct = true) {
    const query = new URLSearchParams({ ...(direct && { directIssue: 'true' }), credential_offer_uri: offerUri });
    const answer = await fetch(`${this.base_url}/api/oidc/offer/${walletKey}?${query}`, { method: 'POST' });
    return answer.status;
  }

  /** A call to the sandbox's own endpoints. */
  async control(method, path, body) {
    return json(await fetch(this.base_url + path, { method, body: body && JSON.stringify(body) }));
  }

  wallet(key) {
    return this.control('GET', `/sandbox/wallets/${key}`);
  }

  /** A new wallet that trusts this issuer; its key. */
  async newWallet(did) {
    this.wallets_made = (this.wallets_made ?? 0) + 1;
    const key = `conformance-${this.wallets_made}`;
    await this.control('PUT', `/sandbox/wallets/${key}`, {});
    if (did) await this.trust(key, did);
    return key;
  }

  /** The newest credential of a wallet that has discarded nothing. */
  async newest(key) {
    const { credentials, discarded } = await this.control('GET', `/sandbox/wallets/${key}?latest=1`);
    if (discarded.length > 0) throw new Error(`discarded: ${JSON.stringify(discarded[0])}`);
    return credentials[0];
  }

  async trust(walletKey, did) {
    return this.control('POST', `/sandbox/wallets/${walletKey}/trusted-contacts`,
      { did, name: 'Independent issuer', directIssueAllowed: true });
  }

  async stop() {
    this.process.kill('SIGTERM');
    await once(this.process, 'exit');
  }
}

/** Trusts a CA file in this process: NODE_EXTRA_CA_CERTS is read at the start alone, and the file is made later. */
function trustFile(file) {
  const { createSecureContext } = tls;
  tls.createSecureContext = (options) => {
    const made = createSecureContext(options);
    made.context.addCACert(readFileSync(file));
    return made;
  };
}

/** @param options.tls whether it is one over https, which this process then trusts */
export async function startSandbox({ tls: isOverTls = false } = {}) {
  const child = spawn('script/lua', ['spec/conformance/serve.lua', ...(isOverTls ? ['--tls'] : [])], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => { throw new Error(`the sandbox ended with ${code}`); }),
  ]);
  const ready = JSON.parse(line);
  if (isOverTls) trustFile(ready.ca_file);
  return new Sandbox(child, ready);
}

/** Why the tests of other stacks are left out, if they are: `script/test` installs them where Node and npm are new enough. */
const notInstalled = !existsSync(new URL('stacks/node_modules', import.meta.url)) && 'the stacks are not installed';

export { COMPANY, notInstalled };
