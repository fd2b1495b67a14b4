// The rows of a wallet: offers in its inbox, its trusted contacts, and discarded credentials.
import { claimList } from './claims.js';
import { dateTime, element } from './dom.js';

const STATE = { NEW: 'New', READ: 'Read', PROCESSED: 'Processed' };
const OUTCOME = { accepted: 'Accepted', dismissed: 'Dismissed', failed: 'Accepting failed' };

/** Reasons for a discard that the user can change, and the label of the button for it. */
export const WAY_OUT = {
  untrusted_issuer: 'Add the issuer as a trusted contact',
  direct_issue_not_allowed: 'Allow the issuer to issue directly',
};

function offerActions(offer, name, on) {
  if (offer.state === 'PROCESSED') return null;
  const button = (decision, label, kind) => element('button', {
    type: 'button', class: kind, 'aria-label': `${label} ${name}`,
    onclick: (event) => on.decide(event.currentTarget, offer, decision),
  }, label);
  return element('div', { class: 'actions' }, button('accept', 'Accept', 'primary'), button('dismiss', 'Dismiss'));
}

/** The contents of an offer. Closed at first; opening them marks the offer as read. */
function offerDetails(offer, on) {
  const facts = { Credential: offer.template ?? 'unknown', Issuer: offer.issuer_name ?? 'unknown' };
  const list = Object.entries(facts).map(([name, value]) => element('div', {},
    element('dt', {}, name), element('dd', {}, element('code', {}, value))));
  return element('details', { ontoggle: (event) => event.currentTarget.open && offer.state === 'NEW' && on.read(offer) },
    element('summary', {}, 'About this offer'), element('dl', {}, ...list));
}

/** @param on { decide(button, offer, decision), read(offer) } */
export function offerRow(offer, on) {
  const name = offer.name ?? 'A credential';
  return element('li', {},
    element('div', { class: 'what' },
      element('div', {}, name, offer.issuer_name ? ` from ${offer.issuer_name}` : ''),
      element('div', { class: 'note' },
        element('span', { class: 'state' }, OUTCOME[offer.outcome] ?? STATE[offer.state]),
        ` · ${dateTime(offer.received_at)}`, offer.detail ? ` · ${offer.detail}` : ''),
      offerDetails(offer, on)),
    offerActions(offer, name, on));
}

/** @param on { remove(button, contact) } */
export function contactRow(contact, on) {
  return element('li', {},
    element('div', { class: 'what' },
      element('div', {}, contact.name),
      element('div', { class: 'note' }, element('code', {}, contact.did)),
      element('div', { class: 'note' },
        contact.directIssueAllowed ? 'direct issue allowed' : 'inbox only: a direct issue is discarded')),
    element('div', { class: 'actions' },
      element('button', {
        type: 'button', 'aria-label': `Remove ${contact.name}`,
        onclick: (event) => on.remove(event.currentTarget, contact),
      }, 'Remove')));
}

function trustButton(entry, on) {
  const label = entry.issuer && WAY_OUT[entry.reason];
  return label && element('div', { class: 'actions' },
    element('button', { type: 'button', onclick: (event) => on.trust(event.currentTarget, entry.issuer) }, label));
}

/** @param on { trust(button, did) } */
export function discardedRow(entry, labels, on) {
  return element('li', {},
    element('div', { class: 'what' },
      element('div', {}, entry.name ?? entry.template ?? 'An offer',
        entry.issuer ? ' from ' : '', entry.issuer ? element('code', {}, entry.issuer) : null),
      element('div', { class: 'reason' }, entry.detail),
      entry.claims ? claimList(entry.claims, labels) : null,
      element('div', { class: 'note' },
        [`#${entry.id}`, entry.template, entry.reason, dateTime(entry.at)].filter(Boolean).join(' · '))),
    trustButton(entry, on));
}
