// Sphereon's client and issuer of draft 15, each through an adapter of a few lines.
import { bothWays } from './both_ways.js';
import { notInstalled } from '../sandbox.js';

const { SphereonIssuer, SphereonWallet } = notInstalled ? {} : await import('./sphereon.js');

bothWays("Sphereon's draft 15", {
  startIssuer: (bindings) => new SphereonIssuer().start(bindings),
  startWallet: () => new SphereonWallet().start(),

  async receive({ sandbox, wallet }, template, claims, binding) {
    const { request_uri: requestUri } = await sandbox.issue(template, claims);
    return wallet.receive(requestUri, template, binding);
  },
});
