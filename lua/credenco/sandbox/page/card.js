// A credential as a card: its claims, its signature, and a button to revoke it.
import * as api from './api.js';
import { claimList } from './claims.js';
import { inkFor } from './colour.js';
import { decode } from './decode.js';
import { date, dateTime, element } from './dom.js';

const STATUS = { valid: 'Valid', revoked: 'Revoked', suspended: 'Suspended', expired: 'Expired', unknown: 'Status unknown' };

const formatted = (value) => element('pre', {}, JSON.stringify(value, null, 2));

function part(title, content) {
  return element('section', {}, element('h5', {}, title), content);
}

function disclosureList(disclosures) {
  return element('dl', {}, ...disclosures.map(({ name, value }) => element('div', {},
    element('dt', {}, element('code', {}, name)), element('dd', {}, element('code', {}, JSON.stringify(value))))));
}

function decoded({ raw, issuer }) {
  const { header, payload, disclosures } = decode(raw);
  return [
    part('Signature', element('p', {}, `${header.alg}, checked by this wallet when the credential arrived, with the key `,
      element('code', {}, header.kid ?? 'of the issuer'), ' of ', element('code', {}, issuer))),
    part('Header', formatted(header)),
    part('Payload', formatted(payload)),
    disclosures.length > 0 ? part(`Disclosures (${disclosures.length})`, disclosureList(disclosures)) : null,
    part('Signed text', element('pre', {}, raw)),
  ].filter(Boolean);
}

/** Closed at first; opening it fetches the signed text. */
function inside(walletKey, credential) {
  const content = element('div', { class: 'decoded' });
  const opened = async (event) => {
    if (!event.currentTarget.open || content.firstChild) return;
    try {
      content.replaceChildren(...decoded(await api.credential(walletKey, credential.id)));
    } catch (error) {
      content.replaceChildren(element('p', {}, error.message));
    }
  };
  return element('details', { ontoggle: opened }, element('summary', {}, 'Decoded'), content);
}

function paint(card, display) {
  if (!display.background_color) return;
  card.style.setProperty('--card', display.background_color);
  card.style.setProperty('--card-ink', inkFor(display.background_color, display.text_color));
}

/**
 * @param labels claim name -> label for people
 * @param onRevoke called with the button when the user revokes the credential
 */
export function credentialCard(walletKey, credential, labels, onRevoke) {
  const { display, status } = credential;
  const revoke = element('button', {
    type: 'button', 'aria-label': `Revoke ${credential.name} ${credential.id}`,
    onclick: (event) => onRevoke(event.currentTarget, credential),
  }, 'Revoke');
  const card = element('article', { class: 'card', 'data-status': status, 'aria-label': `${credential.name} ${credential.id}` },
    element('header', {},
      element('h4', {}, credential.name),
      element('span', { class: 'chip' }, STATUS[status] ?? status)),
    element('p', { class: 'from' }, `from ${display.issuer_name ?? credential.issuer}`),
    claimList(credential.claims, labels),
    element('footer', {},
      element('span', {}, `#${credential.id} · received ${dateTime(credential.received_at)}`),
      credential.expires_at ? element('span', {}, `valid until ${date(credential.expires_at)}`) : null,
      element('a', { href: api.credentialUrl(walletKey, credential.id) }, 'signed credential, as JSON'),
      inside(walletKey, credential),
      credential.status_list && status === 'valid' ? revoke : null));
  paint(card, display);
  return element('li', {}, card);
}
