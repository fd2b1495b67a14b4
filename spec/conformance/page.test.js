// The sandbox's web page, in a real browser: what it shows. Without Chromium these tests are skipped.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { PHONE, skip, startBrowser } from './browser.js';

describe("the sandbox's page", { skip }, () => {
  const world = startBrowser();
  const { open, section, cards, arrival, deliver } = world;

  it('shows a credential the moment it arrives, in the colours of its template', async () => {
    await open();
    assert.equal(await cards().count(), 0);
    await deliver();
    await arrival();
    const text = await cards().first().innerText();
    for (const part of ['Company identification', 'Valid', 'Legal name', 'CoolSoft B.V.', '90004760']) assert.ok(text.includes(part), part);
    assert.equal(await cards().first().evaluate((card) => getComputedStyle(card).backgroundColor), 'rgb(18, 53, 91)');
  });

  it('accepts an offer of the inbox with a click', async () => {
    await deliver({ direct: false });
    await open();
    await world.page.getByRole('button', { name: 'Accept Company identification' }).click();
    await arrival();
    await world.page.getByText('Accepted: Company identification').waitFor();
    assert.equal(await world.page.getByRole('button', { name: /^Accept / }).count(), 0);
    await world.page.waitForFunction(() => document.activeElement.id === 'inbox-heading');
    assert.equal((await world.sandbox.wallet(world.wallet)).credentials.length, 1);
  });

  it('dismisses an offer without taking anything', async () => {
    await deliver({ direct: false });
    await open();
    await world.page.getByRole('button', { name: 'Dismiss Company identification' }).click();
    await section('Inbox').getByText('Dismissed').waitFor();
    assert.deepEqual((await world.sandbox.wallet(world.wallet)).credentials, []);
  });

  it('has read an offer that was opened, and keeps focus and details meanwhile', async () => {
    await deliver({ direct: false });
    await open();
    await section('Inbox').getByText('New', { exact: true }).waitFor();
    await section('Inbox').getByText('About this offer').click();
    await section('Inbox').getByText('Read', { exact: true }).waitFor();
    assert.ok(await section('Inbox').getByText('ebw_oid').isVisible());
    assert.equal(await world.page.evaluate(() => document.activeElement.textContent), 'About this offer');
    assert.equal((await world.sandbox.wallet(world.wallet)).inbox[0].state, 'READ');
  });

  it('says why accepting failed', async () => {
    await deliver({ direct: false });
    await open();
    await world.sandbox.control('PUT', '/sandbox/faults', { rules: [{ endpoint: 'credential', effect: 'credential', change: 'signature' }] });
    await world.page.getByRole('button', { name: 'Accept Company identification' }).click();
    await world.page.getByText('Not accepted: the signature does not match').waitFor();
    await world.sandbox.control('DELETE', '/sandbox/faults');
  });

  it('shows that a credential was revoked', async () => {
    const { correlation_id: id } = await deliver();
    await open();
    await cards().getByText('Valid', { exact: true }).waitFor();
    const { revocation_uuid: uuid } = await world.sandbox.status(id);
    await world.sandbox.control('POST', `/sandbox/revoke/${uuid}`);
    await cards().getByText('Revoked').waitFor();
  });

  it('adds and removes a trusted contact, and shows what is discarded without one', async () => {
    await open();
    await world.page.getByRole('button', { name: 'Remove Sandbox issuer' }).click();
    await world.page.getByText('This wallet trusts no issuer').waitFor();
    await deliver();
    await section('Discarded').getByText("the issuer is not among this wallet's trusted contacts").waitFor();
    await world.page.getByLabel('DID', { exact: true }).fill(world.sandbox.issuer_did);
    await world.page.getByLabel('Name', { exact: true }).fill('Our issuer');
    await world.page.getByRole('button', { name: 'Add contact' }).click();
    await section('Trusted contacts').getByText('Our issuer').waitFor();
    await deliver();
    await arrival();
  });

  it('can be used with the keyboard alone', async () => {
    await open();
    const press = async (key, times = 1) => { for (let n = 0; n < times; n += 1) await world.page.keyboard.press(key); };
    const focused = () => world.page.evaluate(() => document.activeElement.textContent.trim());
    await press('Tab');
    assert.equal(await focused(), 'Skip to the wallet');
    await press('Enter');
    await press('Tab');
    assert.equal(await focused(), 'Issue a credential into this wallet');
    await press('Enter');
    await press('Tab', 4);
    assert.equal(await focused(), 'Issue');
    await press('Enter');
    await arrival();
    assert.equal((await world.sandbox.wallet(world.wallet)).credentials.length, 1);
  });

  it('shows the newest state, whichever answer comes first', async () => {
    await open();
    let late, held = new Promise((resolve) => { late = resolve; });
    let asked = 0;
    await world.page.route(`**/sandbox/wallets/${world.wallet}?*`, async (route) => {
      asked += 1;
      if (asked > 1) return route.continue();
      const answer = await route.fetch();
      await held;
      return route.fulfill({ response: answer });
    });
    await world.page.getByRole('button', { name: 'Remove Sandbox issuer' }).click();
    await world.page.getByText('is no longer a trusted contact').waitFor();
    await world.page.getByLabel('DID', { exact: true }).fill(world.sandbox.issuer_did);
    await world.page.getByLabel('Name', { exact: true }).fill('Our issuer');
    await world.page.getByRole('button', { name: 'Add contact' }).click();
    await section('Trusted contacts').getByText('Our issuer').waitFor();
    const answered = world.page.waitForResponse(`**/sandbox/wallets/${world.wallet}?*`);
    late();
    await (await answered).finished();
    await world.page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => setTimeout(done, 0)); }));
    assert.ok(await section('Trusted contacts').getByText('Our issuer').isVisible());
  });

  it('follows the exchange in its log, and finds the other wallets on request', async () => {
    await deliver();
    await open();
    const log = world.page.getByRole('log');
    for (const step of ['offer fetched', 'credential verified', 'kept']) await log.getByText(step, { exact: true }).waitFor();
    assert.equal(await log.getByText(/Wallet 1 /).count(), 0);
    await world.page.getByLabel('all wallets').check();
    await log.getByText(/Wallet 1 /).first().waitFor();
  });

  it('goes on with its log after the sandbox was reset', async () => {
    await open();
    await world.sandbox.control('POST', '/sandbox/reset');
    await world.sandbox.control('PUT', `/sandbox/wallets/${world.wallet}`, { name: `Wallet ${world.made}`, trusts_issuer: true });
    await deliver();
    await world.page.getByRole('log').getByText('kept', { exact: true }).first().waitFor();
    await arrival();
    // between reset and PUT there was no such wallet, and the page may have asked for it
    world.complaints = world.complaints.filter((text) => !text.includes('status of 404'));
  });

  it('shows markup in a claim as text', async () => {
    const trick = '<img src=x onerror="document.title=1"><b>bold</b>';
    await deliver({ template: 'any', claims: { [trick]: { list: [trick] } } });
    await open();
    await arrival();
    assert.equal(await cards().locator('img, b').count(), 0);
    assert.ok((await cards().first().innerText()).includes(trick));
    assert.equal(await world.page.title(), 'Credenco sandbox');
  });

  it('fits a phone: nothing to scroll sideways, everything big enough to touch', async () => {
    await deliver({ template: 'any', claims: { [`a${'long'.repeat(30)}name`]: 'x'.repeat(300), nested: { deep: { deeper: ['y'.repeat(90)] } } } });
    await deliver({ direct: false });
    await open(PHONE);
    await arrival();
    assert.equal(await world.page.evaluate(() => document.documentElement.scrollWidth), PHONE.width);
    for (const button of await world.page.getByRole('button').all()) {
      if (await button.isVisible()) assert.ok((await button.boundingBox()).height >= 44, await button.innerText());
    }
  });

  for (const colorScheme of ['light', 'dark']) {
    it(`has no accessibility violation that axe finds, in ${colorScheme} colours`, async () => {
      const { correlation_id: id } = await deliver();
      const { revocation_uuid: uuid } = await world.sandbox.status(id);
      await world.sandbox.control('POST', `/sandbox/revoke/${uuid}`);
      await deliver({ template: 'iban', claims: { iban: 'NL1', account_holder: 'x' } });
      await deliver({ direct: false });
      await world.sandbox.push(world.wallet, 'http://192.0.2.1/offer');
      await world.sandbox.control('DELETE', `/sandbox/wallets/${world.wallet}/trusted-contacts/1`);
      await deliver();
      await open();
      await world.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await world.page.getByText('Issue a credential into this wallet').click();
      await cards().nth(1).waitFor();
      await world.page.getByText('Sandbox: clock').click();
      await cards().first().getByText('Decoded').click();
      await cards().first().getByText('checked by this wallet').waitFor();
      await world.page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8'));
      const { violations } = await world.page.evaluate(() => globalThis.axe.run());
      assert.deepEqual(violations.map(({ id: rule, nodes }) => [rule, nodes.map(({ html }) => html)]), []);
    });
  }
});
