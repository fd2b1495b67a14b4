// Claims as a list of names and values, nested like the claims.
import { element } from './dom.js';

const LONG_LABEL = 24;
const LONG_VALUE = 13;

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

function claimValue(value) {
  if (isObject(value) && Object.keys(value).length > 0) return claimList(value);
  if (Array.isArray(value) && value.length > 0) {
    return element('ul', {}, ...value.map((item) => element('li', {}, claimValue(item))));
  }
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

/** @param labels claim name -> label for people */
export function claimList(claims, labels = {}) {
  const entries = Object.entries(claims).map(([name, value]) => {
    const label = labels[name] ?? name;
    const isLong = label.length > LONG_LABEL || String(value).length > LONG_VALUE || isObject(value);
    return element('div', { class: isLong ? 'wide' : null }, element('dt', {}, label), element('dd', {}, claimValue(value)));
  });
  return element('dl', { class: 'claims' }, ...entries);
}
