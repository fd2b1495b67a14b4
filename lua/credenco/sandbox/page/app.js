// The page of the sandbox: chooses a wallet, shows it, and keeps it up to date.
import * as api from './api.js';
import { startControls } from './controls.js';
import { byId, element, reconcile, say } from './dom.js';
import { IssueForm } from './issue.js';
import { LogView } from './log.js';
import { WalletView } from './wallet.js';

const REFRESH_DELAY_MS = 150;

const log = new LogView();
let wallets = [];
let view;

function chosenKey() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  return wallets.some(({ key }) => key === wanted) ? wanted : wallets[0]?.key;
}

function walletButton(wallet) {
  return element('li', {}, element('button', { type: 'button', onclick: () => { location.hash = wallet.key; } }, wallet.name));
}

function markChosen() {
  for (const item of byId('wallets').children) {
    item.firstElementChild.setAttribute('aria-current', String(item.dataset.key === view.key));
  }
}

async function choose() {
  const key = chosenKey();
  if (!key || key === view.key) return;
  await view.show(key);
  log.follow(key, Object.fromEntries(wallets.map((wallet) => [wallet.key, wallet.name])));
  markChosen();
}

async function refreshOnce() {
  try {
    wallets = await api.wallets();
    reconcile(byId('wallets'), wallets, ({ key }) => key, walletButton);
    await choose();
    markChosen();
    await view.refresh();
  } catch (error) {
    say(error.message, 'error');
  }
}

let refreshing; // a promise, as long as one runs
let stale = false;

async function refreshWhileStale() {
  while (stale) {
    stale = false;
    await refreshOnce();
  }
  refreshing = undefined;
}

/** Runs one at a time, and once more for events that arrived meanwhile. Ends when the page shows what was true before. */
function refresh() {
  stale = true;
  refreshing ??= refreshWhileStale();
  return refreshing;
}

let pending;

/** Many steps arrive at once, so this fetches the wallet when they pause. */
function refreshSoon() {
  clearTimeout(pending);
  pending = setTimeout(refresh, REFRESH_DELAY_MS);
}

function showLive(on) {
  byId('live').textContent = on ? 'live' : 'connection lost, trying again';
  byId('live').toggleAttribute('data-on', on);
}

function labelsOf(templates) {
  const labels = ({ claims }) => Object.fromEntries(Object.entries(claims).map(([name, claim]) => [name, claim.label ?? name]));
  return Object.fromEntries(templates.map((template) => [template.key, labels(template)]));
}

const settings = await api.settings();
byId('base-url').textContent = settings.base_url;
byId('issuer-did').textContent = settings.issuer_did;
byId('credential-issuer').textContent = settings.credential_issuer;
byId('contact-form').did.placeholder = settings.issuer_did;

view = new WalletView(labelsOf(settings.templates));
new IssueForm(settings, view);
addEventListener('hashchange', () => choose());
byId('skip').addEventListener('click', (event) => {
  event.preventDefault(); // the part behind '#' names the wallet that is shown
  byId('wallet').focus();
});
await refresh();
await startControls(settings, refresh);
api.follow({
  onEntry: (entry) => { log.add(entry); refreshSoon(); },
  onOpen: () => showLive(true),
  onLost: () => showLive(false),
});
