// Faults on demand: the existing rules, and a form for another.
import * as api from './api.js';
import { byId, element } from './dom.js';

// The extra field of each effect, and its default.
const EXTRA = {
  status: ['status', 503], delay: ['delay_ms', 1000], large: ['bytes', 1048576], json: ['body', {}],
};

const form = () => byId('fault-form');

function describe(rule) {
  const { endpoint, effect, ...more } = rule;
  const details = Object.entries(more).map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  return [`${effect} on ${endpoint === '*' ? 'every endpoint' : endpoint}`, ...details].join(', ');
}

function report(text, kind = 'done') {
  const result = form().querySelector('[role="status"]');
  result.dataset.kind = kind;
  result.textContent = text;
}

/** @param edit gives the new rules for those that the sandbox has */
async function change(edit, said) {
  try {
    await api.inOrder(async () => {
      const { seed, rules } = await api.faults();
      draw(await api.setFaults({ seed, rules: edit(rules) }));
    });
    report(said);
  } catch (error) {
    report(error.message, 'error');
  }
}

function without(rules, rule) {
  const at = rules.findIndex((other) => JSON.stringify(other) === JSON.stringify(rule));
  return rules.filter((_, index) => index !== at);
}

function row(rule) {
  const remove = element('button', {
    type: 'button', 'aria-label': `Remove ${describe(rule)}`,
    onclick: async () => {
      await change((rules) => without(rules, rule), 'Removed.');
      form().endpoint.focus();
    },
  }, 'Remove');
  return element('li', {}, element('div', { class: 'what' }, describe(rule)), element('div', { class: 'actions' }, remove));
}

function draw({ rules }) {
  byId('faults').replaceChildren(...rules.map(row));
  byId('faults-empty').hidden = rules.length > 0;
}

/** A number for most extras; an effect that changes the credential has a name, and a status can stand for `json`. */
function ruleOf({ endpoint, effect, when, times, detail }) {
  const rule = { endpoint: endpoint.value, effect: effect.value };
  if (effect.value.startsWith('credential ')) {
    [rule.effect, rule.change] = effect.value.split(' ');
  } else if (EXTRA[effect.value]) {
    const [name, otherwise] = EXTRA[effect.value];
    rule[name] = detail.value.trim() === '' ? otherwise : JSON.parse(detail.value);
  }
  if (when.value !== 'always') rule[when.value] = Number(times.value);
  return rule;
}

async function add(event) {
  event.preventDefault();
  try {
    const rule = ruleOf(form());
    await change((rules) => [...rules, rule], `Added: ${describe(rule)}.`);
  } catch (error) {
    report(error instanceof SyntaxError ? `The detail is not JSON: ${error.message}` : error.message, 'error');
  }
}

function prepare({ endpoints, effects, changes }) {
  const option = (value, label = value) => element('option', { value }, label);
  const all = effects.flatMap((effect) => (
    effect === 'credential' ? changes.map((name) => option(`credential ${name}`, `credential: wrong ${name}`)) : [option(effect)]));
  form().endpoint.append(option('*', 'every endpoint'), ...endpoints.map((name) => option(name)));
  form().effect.append(...all);
  const showDetail = () => {
    const extra = EXTRA[form().effect.value];
    form().detail.disabled = !extra;
    form().detail.placeholder = extra ? `${extra[0]}: ${JSON.stringify(extra[1])}` : '';
  };
  form().effect.addEventListener('change', showDetail);
  form().addEventListener('submit', add);
  showDetail();
}

export async function showFaults(settings) {
  if (form().endpoint.options.length === 0) prepare(settings.faults);
  draw(await api.faults());
}
