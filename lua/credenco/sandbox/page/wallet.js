// The wallet that is shown: its credentials, inbox, trusted contacts, and what was discarded.
import * as api from './api.js';
import { inkFor } from './colour.js';
import { byId, date, dateTime, element, reconcile, say } from './dom.js';

const SHOWN_CREDENTIALS = 60;

const LONG_LABEL = 24;
const LONG_VALUE = 13;

const STATUS = { valid: 'Valid', revoked: 'Revoked', suspended: 'Suspended', expired: 'Expired', unknown: 'Status unknown' };
const STATE = { NEW: 'New', READ: 'Read', PROCESSED: 'Processed' };
const OUTCOME = { accepted: 'Accepted', dismissed: 'Dismissed', failed: 'Accepting failed' };

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

function claimValue(value) {
  if (isObject(value) && Object.keys(value).length > 0) return claimList(value);
  if (Array.isArray(value) && value.length > 0) {
    return element('ul', {}, ...value.map((item) => element('li', {}, claimValue(item))));
  }
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

function claimList(claims, labels = {}) {
  const entries = Object.entries(claims).map(([name, value]) => {
    const label = labels[name] ?? name;
    const isLong = label.length > LONG_LABEL || String(value).length > LONG_VALUE || isObject(value);
    return element('div', { class: isLong ? 'wide' : null }, element('dt', {}, label), element('dd', {}, claimValue(value)));
  });
  return element('dl', {}, ...entries);
}

export class WalletView {
  /** @param labels template key -> claim name -> what people call it */
  constructor(labels) {
    this.labels = labels;
    this.key = null;
    this.asked = 0;
    this.drawn = 0;
    byId('contact-form').addEventListener('submit', (event) => this.addContact(event));
  }

  show(key) {
    this.key = key;
    return this.refresh();
  }

  async refresh() {
    const key = this.key;
    this.asked += 1;
    const turn = this.asked;
    const wallet = await api.wallet(key, SHOWN_CREDENTIALS);
    if (key !== this.key) return; // another one was chosen meanwhile
    if (turn < this.drawn) return; // this answer was overtaken by a newer one
    this.drawn = turn;
    byId('wallet-name').textContent = wallet.name;
    byId('wallet-key').textContent = wallet.key;
    this.showCredentials(wallet);
    this.fill('inbox', wallet.inbox.toReversed(), (offer) => this.offerRow(offer));
    this.fill('contacts', wallet.trusted_contacts, (contact) => this.contactRow(contact));
    this.fill('discarded', wallet.discarded.toReversed().slice(0, SHOWN_CREDENTIALS), discardedRow);
    const waiting = wallet.inbox.filter(({ state }) => state !== 'PROCESSED').length;
    byId('inbox-count').textContent = waiting > 0 ? `${waiting} waiting` : '';
    byId('discarded-count').textContent = wallet.discarded.length || '';
  }

  /** Fills the list `id`. The wallet is part of the key: two wallets' entries share their numbers. */
  fill(id, items, build) {
    reconcile(byId(id), items, (item) => `${this.key} ${item.id}`, build);
    byId(`${id}-empty`).hidden = items.length > 0;
  }

  showCredentials(wallet) {
    this.fill('credentials', wallet.credentials.toReversed(), (credential) => this.card(credential));
    const hidden = wallet.credential_count - wallet.credentials.length;
    byId('credentials-count').textContent = wallet.credential_count || '';
    byId('credentials-more').hidden = hidden <= 0;
    byId('credentials-more').textContent = `${hidden} older ones are not shown.`;
  }

  card(credential) {
    const { display, status } = credential;
    const card = element('article', { class: 'card', 'data-status': status },
      element('header', {},
        element('h4', {}, credential.name),
        element('span', { class: 'chip' }, STATUS[status] ?? status)),
      element('p', { class: 'from' }, `from ${display.issuer_name ?? credential.issuer}`),
      claimList(credential.claims, this.labels[credential.template]),
      element('footer', {},
        element('span', {}, `received ${dateTime(credential.received_at)}`),
        credential.expires_at ? element('span', {}, `valid until ${date(credential.expires_at)}`) : null,
        element('a', { href: api.credentialUrl(this.key, credential.id) }, 'signed credential, as JSON')));
    if (display.background_color) {
      card.style.setProperty('--card', display.background_color);
      card.style.setProperty('--card-ink', inkFor(display.background_color, display.text_color));
    }
    return element('li', {}, card);
  }

  offerRow(offer) {
    const name = offer.name ?? 'A credential';
    const what = element('div', { class: 'what' },
      element('div', {}, name, offer.issuer_name ? ` from ${offer.issuer_name}` : ''),
      element('div', { class: 'note' },
        element('span', { class: 'state' }, OUTCOME[offer.outcome] ?? STATE[offer.state]),
        ` · ${dateTime(offer.received_at)}`, offer.detail ? ` · ${offer.detail}` : ''),
      this.offerDetails(offer));
    if (offer.state === 'PROCESSED') return element('li', {}, what);
    const button = (decision, text, style) => element('button', {
      type: 'button', class: style, 'aria-label': `${text} ${name}`,
      onclick: (event) => this.decide(event.currentTarget, offer, decision),
    }, text);
    return element('li', {}, what,
      element('div', { class: 'actions' }, button('accept', 'Accept', 'primary'), button('dismiss', 'Dismiss')));
  }

  /** What an offer is for. Who opens this has read the offer. */
  offerDetails(offer) {
    const facts = { Credential: offer.template ?? 'unknown', Issuer: offer.issuer_name ?? 'unknown' };
    const opened = async (event) => {
      if (!event.currentTarget.open || offer.state !== 'NEW') return;
      await api.decide(this.key, offer.id, 'read');
      await this.refresh();
    };
    const list = Object.entries(facts).map(([name, value]) => element('div', {},
      element('dt', {}, name), element('dd', {}, element('code', {}, value))));
    return element('details', { ontoggle: opened }, element('summary', {}, 'About this offer'), element('dl', {}, ...list));
  }

  contactRow(contact) {
    return element('li', {},
      element('div', { class: 'what' },
        element('div', {}, contact.name),
        element('div', { class: 'note' }, element('code', {}, contact.did)),
        element('div', { class: 'note' },
          contact.directIssueAllowed ? 'direct issue allowed' : 'inbox only: a direct issue is discarded')),
      element('div', { class: 'actions' },
        element('button', {
          type: 'button', 'aria-label': `Remove ${contact.name}`,
          onclick: (event) => this.removeContact(event.currentTarget, contact),
        }, 'Remove')));
  }

  /** Runs an action of a button; its row is gone or changed afterwards, so focus goes to the heading. */
  async act(button, headingId, work) {
    button.disabled = true;
    try {
      say(await work());
    } catch (error) {
      say(error.message, 'error');
    }
    await this.refresh();
    if (button.isConnected) button.disabled = false;
    else byId(headingId).focus();
  }

  decide(button, offer, decision) {
    return this.act(button, 'inbox-heading', async () => {
      const result = await api.decide(this.key, offer.id, decision);
      if (result.outcome === 'failed') throw new Error(`Not accepted: ${result.detail}`);
      return `${OUTCOME[result.outcome]}: ${offer.name ?? 'the credential'}`;
    });
  }

  removeContact(button, contact) {
    return this.act(button, 'contacts-heading', async () => {
      await api.removeContact(this.key, contact.id);
      return `${contact.name} is no longer a trusted contact`;
    });
  }

  async addContact(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const contact = { did: form.did.value.trim(), name: form.name.value.trim(), directIssueAllowed: form.direct.checked };
    try {
      await api.addContact(this.key, contact);
      form.reset();
      say(`${contact.name} is a trusted contact now`);
    } catch (error) {
      say(error.message, 'error');
    }
    await this.refresh();
  }
}

function discardedRow(entry) {
  const what = entry.name ?? entry.template ?? 'An offer';
  return element('li', {}, element('div', { class: 'what' },
    element('div', {}, what, entry.issuer ? ' of ' : '', entry.issuer ? element('code', {}, entry.issuer) : null),
    element('div', { class: 'reason' }, entry.detail),
    element('div', { class: 'note' }, `${entry.reason} · ${dateTime(entry.at)}`)));
}
