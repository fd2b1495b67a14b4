// The form that issues a credential into the current wallet.
import * as api from './api.js';
import { byId, element } from './dom.js';
import { WAY_OUT } from './rows.js';

const SAMPLES = {
  ebw_oid: { id: '90004760', name: 'CoolSoft B.V.', issuing_authority: 'Credenco', issuing_country: 'NL' },
  iban: { iban: 'NL02ABNA0123456789', account_holder: 'CoolSoft B.V.', bic: 'ABNANL2A', currency: 'EUR' },
  mandate: {
    company: { id: '90004760', name: 'CoolSoft B.V.' },
    representative: { given_name: 'Anouk', family_name: 'de Vries' },
    powers: ['sign contracts', 'open accounts'], limit: 25000, jointly: false,
  },
  any: { greeting: 'Hello, wallet' },
};

const BY_TYPE = { string: 'text', number: 1.5, integer: 1, boolean: true, object: {}, array: [] };

/** Sample claims for a template of the user's own. */
function sampleFor(template) {
  if (SAMPLES[template.key]) return SAMPLES[template.key];
  return Object.fromEntries(Object.entries(template.claims).map(([name, claim]) => [name, BY_TYPE[claim.type]]));
}

export class IssueForm {
  /** @param view the current wallet */
  constructor(settings, view) {
    this.settings = settings;
    this.view = view;
    this.form = byId('issue-form');
    this.result = byId('issue-result');
    this.drafts = {}; // template -> claims that were edited
    this.form.template.append(...settings.templates.map(({ key, name }) => element('option', { value: key }, `${name} (${key})`)));
    this.form.template.addEventListener('change', () => this.fillIn());
    this.form.claims.addEventListener('input', () => { this.drafts[this.form.template.value] = this.form.claims.value; });
    this.form.addEventListener('submit', (event) => this.submit(event));
    this.form.addEventListener('reset', (event) => this.startOver(event));
    this.fillIn();
  }

  fillIn() {
    const template = this.settings.templates.find(({ key }) => key === this.form.template.value);
    this.form.claims.value = this.drafts[template.key] ?? JSON.stringify(sampleFor(template), null, 2);
  }

  startOver(event) {
    event.preventDefault(); // the template stays
    delete this.drafts[this.form.template.value];
    this.fillIn();
  }

  /** Shows the outcome beside the button. */
  report(kind, text, ...more) {
    this.result.dataset.kind = kind;
    this.result.replaceChildren(text, ...more);
  }

  async submit(event) {
    event.preventDefault();
    const button = this.form.querySelector('button');
    button.disabled = true;
    this.report('waiting', 'Issuing …');
    try {
      await this.issue();
    } catch (error) {
      this.report('error', error instanceof SyntaxError ? `The claims are not JSON: ${error.message}` : error.message);
    }
    button.disabled = false;
  }

  async issue() {
    const { template, delivery, claims } = this.form;
    const walletKey = this.view.key;
    JSON.parse(claims.value);
    const offer = await api.issue({
      apiKey: this.settings.api_key, template: template.value, claims: claims.value,
      walletKey, direct: delivery.value === 'direct',
    });
    const waiting = () => this.report('waiting', 'Delivered, 201. Waiting: the exchange is in progress.');
    this.reportOutcome(await api.outcome(walletKey, offer, waiting));
  }

  reportOutcome(push) {
    if (push.state === 'kept') return this.report('done', `Delivered, 201. Kept: credential #${push.id} of this wallet.`);
    if (push.state === 'inbox') return this.report('done', `Delivered, 201. Offer #${push.id} waits in the inbox for a decision.`);
    const label = WAY_OUT[push.reason];
    const button = element('button', { type: 'button', onclick: () => this.trust() }, label);
    return this.report('error', `Delivered, 201. Discarded (#${push.id}): ${push.detail}. `, ...(label ? [button] : []));
  }

  async trust() {
    try {
      this.report('done', await this.view.trustIssuer(this.settings.issuer_did));
    } catch (error) {
      this.report('error', error.message);
    }
    this.form.querySelector('button').focus();
  }
}
