// The form that issues something into the wallet that is shown.
import * as api from './api.js';
import { byId, element, say } from './dom.js';

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

/** Claims that fit a template of the user's own. */
function sampleFor(template) {
  if (SAMPLES[template.key]) return SAMPLES[template.key];
  return Object.fromEntries(Object.entries(template.claims).map(([name, claim]) => [name, BY_TYPE[claim.type]]));
}

export class IssueForm {
  /** @param walletKey gives the key of the wallet that is shown */
  constructor(settings, walletKey) {
    this.settings = settings;
    this.walletKey = walletKey;
    this.form = byId('issue-form');
    this.form.template.append(...settings.templates.map(({ key, name }) => element('option', { value: key }, `${name} (${key})`)));
    this.form.template.addEventListener('change', () => this.fillIn());
    this.form.addEventListener('submit', (event) => this.submit(event));
    this.fillIn();
  }

  fillIn() {
    const template = this.settings.templates.find(({ key }) => key === this.form.template.value);
    this.form.claims.value = JSON.stringify(sampleFor(template), null, 2);
  }

  async submit(event) {
    event.preventDefault();
    const { template, delivery, claims } = this.form;
    const button = this.form.querySelector('button');
    button.disabled = true;
    try {
      JSON.parse(claims.value);
      await api.issue({
        apiKey: this.settings.api_key, template: template.value, claims: claims.value,
        walletKey: this.walletKey(), direct: delivery.value === 'direct',
      });
      say('Issued and pushed: 201, whatever the wallet does with it');
    } catch (error) {
      say(error instanceof SyntaxError ? `The claims are not JSON: ${error.message}` : error.message, 'error');
    }
    button.disabled = false;
  }
}
