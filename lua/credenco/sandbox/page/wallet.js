// The current wallet: its credentials, inbox, trusted contacts, and discarded credentials.
import * as api from './api.js';
import { credentialCard } from './card.js';
import { byId, reconcile, say } from './dom.js';
import { contactRow, discardedRow, offerRow } from './rows.js';

const SHOWN = 60;
const SEARCHED = 2000;

const DECIDED = { accepted: 'Accepted', dismissed: 'Dismissed' };

export class WalletView {
  /** @param labels template key -> claim name -> label for people */
  constructor(labels) {
    this.labels = labels;
    this.key = null;
    this.asked = 0;
    this.drawn = 0;
    byId('contact-form').addEventListener('submit', (event) => this.addContact(event));
    byId('filter').addEventListener('input', () => this.refresh().catch((error) => say(error.message, 'error')));
  }

  show(key) {
    this.key = key;
    return this.refresh();
  }

  async refresh() {
    const key = this.key;
    this.asked += 1;
    const turn = this.asked;
    const words = byId('filter').value.trim().toLowerCase();
    const wallet = await api.wallet(key, words === '' ? SHOWN : SEARCHED);
    if (key !== this.key) return; // another one was chosen meanwhile
    if (turn < this.drawn) return; // a newer response was drawn already
    this.drawn = turn;
    byId('wallet-name').textContent = wallet.name;
    byId('wallet-key').textContent = wallet.key;
    this.draw(wallet, words);
  }

  draw(wallet, words) {
    const labelsOf = ({ template }) => this.labels[template];
    const find = (entries) => entries.filter((entry) => JSON.stringify(entry).toLowerCase().includes(words));
    const credentials = find(wallet.credentials);
    const discarded = find(wallet.discarded);
    this.fill('credentials', credentials, (credential) => credentialCard(
      this.key, credential, labelsOf(credential), (button, one) => this.revoke(button, one)));
    this.fill('inbox', wallet.inbox, (offer) => offerRow(offer, this));
    this.fill('contacts', wallet.trusted_contacts.toReversed(), (contact) => contactRow(contact, this));
    this.fill('discarded', discarded, (entry) => discardedRow(entry, labelsOf(entry), this));
    this.count('credentials', credentials.length, wallet.credential_count, words);
    this.count('discarded', discarded.length, wallet.discarded_count, words);
    const waiting = wallet.inbox.filter(({ state }) => state !== 'PROCESSED').length;
    byId('inbox-count').textContent = waiting > 0 ? `${waiting} waiting` : '';
  }

  /**
   * Fills the list `id`, the newest first. The wallet is part of the key: two wallets' entries share their numbers.
   */
  fill(id, entries, build) {
    reconcile(byId(id), entries.slice(-SHOWN).toReversed(), (entry) => `${this.key} ${entry.id}`, build);
    byId(`${id}-empty`).hidden = entries.length > 0;
  }

  /** Shows the number of entries, and that not all are shown. */
  count(id, found, all, words) {
    const shown = Math.min(found, SHOWN);
    byId(`${id}-count`).textContent = words === '' || all === 0 ? all || '' : `${found} of ${all}`;
    byId(`${id}-more`).hidden = words === '' ? shown >= all : shown >= found;
    byId(`${id}-more`).textContent = words === '' ? `${all - shown} older ones are not shown.`
      : `The newest ${shown} are shown.`;
    byId(`${id}-empty`).textContent = words !== '' && all > 0 ? 'No entry has these words.' : byId(`${id}-empty`).dataset.text;
  }

  /** Runs the action of a button. Afterwards its row is gone or changed, so focus goes to the heading. */
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
      return `${DECIDED[result.outcome]}: ${offer.name ?? 'the credential'}`;
    });
  }

  async read(offer) {
    await api.decide(this.key, offer.id, 'read');
    await this.refresh();
  }

  revoke(button, credential) {
    return this.act(button, 'credentials-heading', async () => {
      await api.revoke(this.key, credential.id);
      return `Revoked: ${credential.name}`;
    });
  }

  remove(button, contact) {
    return this.act(button, 'contacts-heading', async () => {
      await api.removeContact(this.key, contact.id);
      return `${contact.name} is no longer a trusted contact`;
    });
  }

  /** Lets an issuer issue into this wallet, under the name that it has there. */
  async trustIssuer(did) {
    const { trusted_contacts: contacts } = await api.wallet(this.key, 0);
    const name = contacts.find((contact) => contact.did === did)?.name ?? 'Issuer';
    await api.addContact(this.key, { did, name, directIssueAllowed: true });
    return 'The issuer may issue directly now. Issue again: a discarded credential does not come back.';
  }

  trust(button, did) {
    return this.act(button, 'contacts-heading', () => this.trustIssuer(did));
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
