// The live log.
import { byId, element, time } from './dom.js';

const KEPT = 300;
const SOURCE = { wallet: 'wallet', issuer: 'issuer', fault: 'fault that you set', behaviour: 'behaviour that you set' };

export class LogView {
  constructor() {
    this.entries = [];
    this.names = {};
    this.walletKey = null;
    byId('log-all').addEventListener('change', () => this.draw());
  }

  /** @param names wallet key -> name */
  follow(walletKey, names) {
    this.walletKey = walletKey;
    this.names = names;
    this.draw();
  }

  add(entry) {
    this.entries.push(entry);
    if (this.entries.length > KEPT) this.entries.shift();
    if (!this.isShown(entry)) return;
    byId('log').prepend(this.row(entry));
    if (byId('log').children.length > KEPT) byId('log').lastElementChild.remove();
    byId('log-empty').hidden = true;
  }

  isShown(entry) {
    return byId('log-all').checked || entry.wallet === undefined || entry.wallet === this.walletKey;
  }

  draw() {
    const rows = this.entries.filter((entry) => this.isShown(entry)).map((entry) => this.row(entry));
    byId('log').replaceChildren(...rows.toReversed());
    byId('log-empty').hidden = rows.length > 0;
  }

  row(entry) {
    const who = [time(entry.at), this.names[entry.wallet] ?? entry.wallet ?? SOURCE[entry.source], entry.exchange];
    return element('li', { class: entry.ok ? 'good' : 'bad' },
      element('span', { class: 'mark', role: 'img', 'aria-label': entry.ok ? 'done' : 'failed' }, entry.ok ? '✓' : '✗'),
      element('span', { class: 'step' }, entry.step),
      entry.detail ? element('span', { class: 'detail' }, entry.detail) : null,
      element('span', { class: 'meta' }, who.filter(Boolean).join(' · ')));
  }
}
