// The actions on the sandbox's page, in a real browser, by keyboard.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PHONE, WIDE, skip, startBrowser } from './browser.js';

const HELD_MS = 5000; // an exchange, for as long as the page needs to show that it waits
const SHOTS = process.env.CREDENCO_SCREENSHOTS; // a folder

describe("on the sandbox's page one", { skip }, () => {
  const world = startBrowser();
  const { open, section, cards, arrival, deliver } = world;
  const button = (name) => world.page.getByRole('button', { name, exact: true });
  const result = () => world.page.locator('#issue-result');
  const wallet = () => world.sandbox.wallet(world.wallet);
  const behaviour = () => world.sandbox.control('GET', '/sandbox/behaviour');
  const controls = () => world.page.getByText('Sandbox: clock');

  /** Presses a button as the keyboard does. */
  async function press(locator) {
    await locator.focus();
    await world.page.keyboard.press('Enter');
  }

  /** Goes through a list's choices until it has the one that is wanted. Its label begins with this word. */
  async function choose(label, value) {
    const list = world.page.getByLabel(new RegExp(`^\\s*${label}`));
    await list.focus();
    await world.page.keyboard.press('Home');
    for (let n = await list.locator('option').count(); n > 0 && await list.inputValue() !== value; n -= 1) {
      await world.page.keyboard.press('ArrowDown');
    }
    assert.equal(await list.inputValue(), value);
  }

  /** Types a text in place of what is there. */
  async function type(label, text) {
    await world.page.getByLabel(label).focus();
    await world.page.keyboard.press('Control+A');
    await world.page.keyboard.type(text);
  }

  async function tick(label) {
    await world.page.getByLabel(label).focus();
    await world.page.keyboard.press('Space');
  }

  async function stopTrusting() {
    const { trusted_contacts: [contact] } = await wallet();
    await world.sandbox.control('DELETE', `/sandbox/wallets/${world.wallet}/trusted-contacts/${contact.id}`);
  }

  async function openIssue() {
    await press(world.page.getByText('Issue a credential into this wallet'));
  }

  /** Holds the page's first request to this path until the returned function is called, which waits for its response. */
  async function holdFirst(path) {
    let release, isFirst = true;
    const held = new Promise((resolve) => { release = resolve; });
    await world.page.route(path, async (route) => {
      if (isFirst) {
        isFirst = false;
        await held;
      }
      return route.continue();
    });
    return async () => {
      const answered = world.page.waitForResponse(path);
      release();
      await (await answered).finished();
    };
  }

  it('is told what became of an issue: kept', async () => {
    await open();
    await openIssue();
    await press(button('Issue'));
    await result().getByText('Kept: credential #1 of this wallet').waitFor();
  });

  it('is told that it was discarded, why, and finds the way out there', async () => {
    await stopTrusting();
    await open();
    await openIssue();
    await press(button('Issue'));
    await result().getByText("Discarded (#1): the issuer is not among this wallet's trusted contacts").waitFor();
    await press(result().getByRole('button', { name: 'Add the issuer as a trusted contact' }));
    await result().getByText('The issuer may issue directly now').waitFor();
    assert.equal(await world.page.evaluate(() => document.activeElement.textContent), 'Issue');
    await world.page.keyboard.press('Enter');
    await result().getByText('Kept').waitFor();
    assert.equal((await wallet()).credentials.length, 1);
  });

  it('is told that an offer waits in the inbox, and that an exchange is under way', async () => {
    await open();
    await openIssue();
    await choose('Delivery', 'inbox');
    await press(button('Issue'));
    await result().getByText('Offer #1 waits in the inbox').waitFor();
    await world.sandbox.control('PUT', '/sandbox/behaviour', { exchange: 'after' });
    await world.sandbox.control('PUT', '/sandbox/faults', { rules: [{ endpoint: 'nonce', effect: 'delay', delay_ms: HELD_MS }] });
    await choose('Delivery', 'direct');
    await press(button('Issue'));
    await result().getByText('Waiting: the exchange is in progress').waitFor();
    await result().getByText('Kept').waitFor();
    await world.sandbox.control('DELETE', '/sandbox/behaviour');
    await world.sandbox.control('DELETE', '/sandbox/faults');
  });

  it('sees a discarded entry with its id, template, claims and reason, and lets the issuer in', async () => {
    await stopTrusting();
    await deliver();
    await open();
    const text = await section('Discarded').innerText();
    for (const part of ['#1', 'ebw_oid', 'CoolSoft B.V.', '90004760', 'untrusted_issuer', 'trusted contacts']) assert.ok(text.includes(part), part);
    await press(section('Discarded').getByRole('button', { name: 'Add the issuer as a trusted contact' }));
    await section('Trusted contacts').getByRole('listitem').getByText('direct issue allowed', { exact: true }).waitFor();
    await deliver();
    await arrival();
  });

  it('keeps the claims that were edited when another template is chosen, and gets the sample back', async () => {
    await open();
    await openIssue();
    const claims = world.page.getByLabel('Claims (JSON)');
    const sample = await claims.inputValue();
    await type('Claims (JSON)', '{"mine":1}');
    await choose('Template', 'iban');
    assert.match(await claims.inputValue(), /account_holder/);
    await choose('Template', 'ebw_oid');
    assert.equal(await claims.inputValue(), '{"mine":1}');
    await press(button('Sample claims'));
    assert.equal(await claims.inputValue(), sample);
  });

  it('revokes a credential', async () => {
    await deliver();
    await open();
    await press(cards().getByRole('button', { name: 'Revoke Company identification 1' }));
    await cards().getByText('Revoked', { exact: true }).waitFor();
    assert.equal((await wallet()).credentials[0].status, 'revoked');
  });

  it('looks into the signed credential: header, disclosures, and who checked the signature', async () => {
    await deliver();
    await deliver({ template: 'mandate', claims: { company: { id: '1' }, representative: { name: 'x' }, powers: ['sign'] } });
    await open();
    for (const part of ['ES256, checked by this wallet', '"dc+sd-jwt"', 'Disclosures (', '"CoolSoft B.V."', '_sd_alg']) {
      if (part.startsWith('ES256')) await press(cards().last().getByText('Decoded'));
      await cards().last().getByText(part).first().waitFor();
    }
    await press(cards().first().getByText('Decoded'));
    await cards().first().getByText('"vc"').or(cards().first().getByText('credentialSubject')).first().waitFor();
  });

  it('finds an entry by a word, the newest first', async () => {
    for (const greeting of ['alpha', 'beta', 'gamma']) await deliver({ template: 'any', claims: { greeting } });
    await open();
    await cards().nth(2).waitFor();
    assert.match(await cards().first().innerText(), /gamma/);
    await type('Filter credentials', 'BETA');
    await world.page.getByText('1 of 3').waitFor();
    assert.match(await cards().first().innerText(), /beta/);
    await type('Filter credentials', 'nothing like it');
    await world.page.getByText('No entry has these words.').first().waitFor();
  });

  it('moves the clock, makes a wallet, orders faults, changes behaviours and starts over', async () => {
    await open();
    await press(controls());
    await choose('Unit', '86400');
    await press(button('Move the clock'));
    await world.page.getByText('in the sandbox now').waitFor();
    await choose('Endpoint', 'issue');
    await press(button('Add the fault'));
    await world.page.getByText('Added: status on issue, status 503.').waitFor();
    assert.deepEqual((await world.sandbox.control('GET', '/sandbox/faults')).rules, [{ endpoint: 'issue', effect: 'status', status: 503 }]);
    await press(button('Remove status on issue, status 503'));
    await world.page.getByText('No call fails.').waitFor();
    await choose('repeated_push', '409');
    await world.page.getByText('repeated_push is now 409.').waitFor();
    assert.equal((await behaviour()).repeated_push, '409');
    await type('Name of the wallet', 'Made here');
    await type('Key (optional)', 'made/here#1');
    await press(button('Create the wallet'));
    await world.page.getByRole('heading', { name: 'Made here' }).waitFor();
    await tick('remove everything that this run created');
    await press(button('Start over'));
    await world.page.getByText('Everything is as it was at the start.').waitFor();
    assert.equal((await behaviour()).repeated_push, '201');
    assert.equal(await world.page.getByRole('button', { name: 'Made here' }).count(), 0);
  });

  it('changes a behaviour in the order of the choices, however slow the first request is', async () => {
    await open();
    await press(controls());
    const release = await holdFirst('**/sandbox/behaviour');
    await choose('repeated_push', '409');
    await release();
    await world.page.getByText('repeated_push is now 409.').waitFor();
    assert.equal((await behaviour()).repeated_push, '409');
    await world.sandbox.control('DELETE', '/sandbox/behaviour');
  });

  it('has both faults that were added at once', async () => {
    await open();
    await press(controls());
    const release = await holdFirst('**/sandbox/faults');
    for (const endpoint of ['issue', 'push']) {
      await choose('Endpoint', endpoint);
      await press(button('Add the fault'));
    }
    await release();
    await world.page.getByText('Added: status on push, status 503.').waitFor();
    assert.deepEqual((await world.sandbox.control('GET', '/sandbox/faults')).rules.map(({ endpoint }) => endpoint), ['issue', 'push']);
    await world.sandbox.control('DELETE', '/sandbox/faults');
  });

  for (const [name, viewport] of Object.entries({ wide: WIDE, phone: PHONE })) {
    it(`has all of it within the window, ${name}`, async () => {
      await deliver();
      await stopTrusting();
      await deliver({ template: 'iban', claims: { iban: 'NL02ABNA0123456789', account_holder: 'CoolSoft B.V.' } });
      await open(viewport);
      await press(controls());
      await openIssue();
      await press(button('Issue'));
      await result().getByText('Discarded').waitFor();
      await press(cards().first().getByText('Decoded'));
      await cards().first().getByText('checked by this wallet').waitFor();
      assert.equal(await world.page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
      for (const one of await world.page.getByRole('button').all()) {
        if (await one.isVisible()) assert.ok((await one.boundingBox()).height >= 44, await one.innerText());
      }
      if (SHOTS) await world.page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
    });
  }
});
