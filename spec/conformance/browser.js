// A browser with the sandbox's page in it, on a new wallet for each test.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, afterEach, before, beforeEach } from 'node:test';
import { chromium } from 'playwright-core';
import { startSandbox } from './sandbox.js';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const PATIENT_MS = 120000; // for what the page is to show: a machine that stands still shows it later
export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 360, height: 740 };

/** Why the tests of the page cannot run here; false where they can. */
export const skip = !existsSync(CHROMIUM) && 'Chromium is not installed';

export const offerUri = ({ request_uri: uri }) => decodeURIComponent(uri.split('credential_offer_uri=')[1]);

/** To be called in a `describe`: starts sandbox and browser, and gives what its tests use. */
export function startBrowser() {
  const world = { sandbox: null, page: null, wallet: null, made: 0, complaints: [] };
  let browser;

  before(async () => {
    world.sandbox = await startSandbox();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: PATIENT_MS });
  });

  after(async () => {
    await browser?.close();
    await world.sandbox?.stop();
  });

  beforeEach(async () => {
    world.made += 1;
    world.wallet = `page-${world.made}`;
    await world.sandbox.control('PUT', `/sandbox/wallets/${world.wallet}`, { name: `Wallet ${world.made}`, trusts_issuer: true });
  });

  afterEach(async () => {
    await world.page?.close();
    assert.deepEqual(world.complaints, []);
  });

  /** Opens the page on this test's wallet; what the browser complains about fails the test. */
  world.open = async (viewport = WIDE) => {
    world.complaints = [];
    const page = await browser.newPage({ viewport });
    world.page = page;
    page.setDefaultTimeout(PATIENT_MS);
    page.on('console', (message) => { if (message.type() === 'error') world.complaints.push(message.text()); });
    page.on('pageerror', (error) => world.complaints.push(error.message));
    await page.goto(`${world.sandbox.base_url}/#${world.wallet}`);
    await page.getByRole('heading', { name: `Wallet ${world.made}` }).waitFor();
    await page.getByText('live', { exact: true }).waitFor();
  };

  world.section = (name) => world.page.getByRole('region', { name: new RegExp(`^${name}`) });
  world.cards = () => world.section('Credentials').getByRole('article');

  /** Waits for a credential; when none comes, says what the page says, and what the sandbox has. */
  world.arrival = async () => {
    try {
      await world.cards().first().waitFor();
    } catch (error) {
      const said = await world.page.locator('#live, #wallet-name, #message, #log').allInnerTexts();
      const { credential_count: count } = await world.sandbox.wallet(world.wallet);
      const steps = (await world.sandbox.control('GET', '/sandbox/log')).slice(-5).map(({ step }) => step);
      throw new Error(`${count} credentials in the wallet; the last steps: ${steps}; the page says: ${said.join(' | ')}\n${error.message}`);
    }
  };

  world.deliver = async ({ direct = true, template, claims } = {}) => {
    const order = await world.sandbox.issue(template, claims);
    assert.equal(await world.sandbox.push(world.wallet, offerUri(order), direct), 201);
    return order;
  };

  return world;
}
