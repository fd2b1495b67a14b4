// A running sandbox, started from this checkout and stopped at the end of the tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
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

  async trust(walletKey, did) {
    return this.control('POST', `/sandbox/wallets/${walletKey}/trusted-contacts`,
      { did, name: 'Independent issuer', directIssueAllowed: true });
  }

  async stop() {
    this.process.kill('SIGTERM');
    await once(this.process, 'exit');
  }
}

export async function startSandbox() {
  const child = spawn('script/lua', ['spec/conformance/serve.lua'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => { throw new Error(`the sandbox ended with ${code}`); }),
  ]);
  return new Sandbox(child, JSON.parse(line));
}

export { COMPANY };
