// The controls of the sandbox itself: its clock, new wallets, and reset.
import * as api from './api.js';
import { byId, dateTime } from './dom.js';
import { showBehaviour } from './behaviour.js';
import { showFaults } from './faults.js';

/** Runs the action of a form, and shows its result in the form. */
function onSubmit(form, work) {
  const result = form.querySelector('[role="status"]');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    result.dataset.kind = 'done';
    try {
      result.textContent = await work(form);
    } catch (error) {
      result.dataset.kind = 'error';
      result.textContent = error.message;
    }
  });
}

async function advance(form) {
  const { now } = await api.advanceClock(Number(form.amount.value) * Number(form.unit.value));
  return `It is ${dateTime(now)} in the sandbox now.`;
}

async function createWallet(form) {
  const name = form.name.value.trim();
  const key = form.key.value.trim() || crypto.randomUUID();
  await api.createWallet(key, { name, trusts_issuer: form.trusts.checked });
  form.reset();
  location.hash = key;
  return `${name} has the key ${key}.`;
}

async function reset(form, settings, refresh) {
  await api.reset();
  form.reset();
  await Promise.all([showFaults(settings), showBehaviour(settings), refresh()]);
  return 'Everything is as it was at the start.';
}

/** @param refresh draws the wallets again */
export async function startControls(settings, refresh) {
  onSubmit(byId('clock-form'), advance);
  onSubmit(byId('wallet-form'), async (form) => {
    const said = await createWallet(form);
    await refresh();
    return said;
  });
  onSubmit(byId('reset-form'), (form) => reset(form, settings, refresh));
  await Promise.all([showFaults(settings), showBehaviour(settings)]);
}
