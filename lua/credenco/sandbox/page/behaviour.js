// The behaviours of the sandbox that the product's documentation leaves open: a choice for each question.
import * as api from './api.js';
import { byId, element } from './dom.js';

function report(text, kind = 'done') {
  byId('behaviour-result').dataset.kind = kind;
  byId('behaviour-result').textContent = text;
}

async function choose(field) {
  const value = field.type === 'number' ? Number(field.value) : field.value;
  try {
    await api.inOrder(() => api.setBehaviour({ [field.name]: value }));
    report(`${field.name} is now ${value}.`);
  } catch (error) {
    report(error.message, 'error');
  }
}

function field({ name, values, range }, value) {
  const onchange = (event) => choose(event.currentTarget);
  if (!values) return element('input', { name, type: 'number', min: range[0], max: range[1], value, required: '', onchange });
  const options = values.map((one) => element('option', { value: one, selected: one === value ? '' : null }, one));
  return element('select', { name, onchange }, ...options);
}

function question(row, value) {
  return element('label', {}, element('span', {}, element('code', {}, row.name), ` ${row.about}`), field(row, value));
}

export async function showBehaviour({ behaviours }) {
  const current = await api.behaviour();
  byId('behaviours').replaceChildren(...behaviours.map((row) => question(row, current[row.name])));
  byId('behaviour-default').onclick = async () => {
    await api.inOrder(api.clearBehaviour);
    await showBehaviour({ behaviours });
    report('As at the start.');
  };
}
