// Small helpers for building the page. Text stays text: nothing here parses HTML.

export const byId = (id) => document.getElementById(id);

/**
 * element('p', { class: 'note', onclick: ... }, 'text', child, ...)
 * Leaves out properties and children that are null or undefined.
 */
export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [property, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (property.startsWith('on')) node.addEventListener(property.slice(2), value);
    else node.setAttribute(property, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const FOCUSABLE = 'a[href], button, input, select, textarea, summary';

/** Replaces a node by its newer version; keeps focus and open details. */
function replace(old, node) {
  const open = [...old.querySelectorAll('details')].map((details) => details.open);
  node.querySelectorAll('details').forEach((details, index) => { details.open = open[index] ?? false; });
  const at = [...old.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  old.replaceWith(node);
  if (at >= 0) node.querySelectorAll(FOCUSABLE)[at]?.focus();
}

/**
 * Makes the children of `parent` those of the items. Builds only new and changed ones, so that focus,
 * selection and open details survive an update.
 */
export function reconcile(parent, items, keyOf, build) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const nodes = items.map((item) => {
    const key = String(keyOf(item));
    const version = JSON.stringify(item);
    const known = old.get(key);
    if (known?.dataset.version === version) return known;
    const node = build(item);
    node.dataset.key = key;
    node.dataset.version = version;
    if (known) replace(known, node);
    return node;
  });
  const kept = new Set(nodes);
  for (const node of [...parent.children]) if (!kept.has(node)) node.remove();
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}

/** Shows a message, and announces it to screen readers. */
export function say(text, kind = 'done') {
  const message = byId('message');
  message.textContent = text;
  message.dataset.kind = kind;
}

const DATE_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

const at = (format) => (seconds) => format.format(new Date(seconds * 1000));

export const dateTime = at(DATE_TIME);
export const date = at(DATE);
export const time = at(TIME);
