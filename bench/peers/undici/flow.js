// The two calls of a flow, with the JSON and URI work between them.
import { post } from './post.js';

const commonHeaders = ['accept', 'application/json', 'user-agent', 'credenco/peers'];
const issueHeaders = [...commonHeaders, 'content-type', 'application/json', 'x-api-key', 'bench'];
const pushHeaders = commonHeaders;

const expectStatus = (answer, status) => {
  if (answer.status !== status) throw new Error(`status ${answer.status} instead of ${status}`);
};

/** Decodes percent escapes only: URLSearchParams would turn a plus sign into a space. */
const offerUri = (requestUri) => {
  const query = requestUri.slice(requestUri.indexOf('?') + 1);
  for (const pair of query.split('&')) {
    if (pair.startsWith('credential_offer_uri=')) return decodeURIComponent(pair.slice(21));
  }
  throw new Error('no credential_offer_uri in the request_uri');
};

const issueBody = (record) => JSON.stringify({
  template_id: record.template_id,
  claims: record.claims,
  correlation_id: record.correlation_id,
});

export const flow = async (pool, record) => {
  const issued = await post(pool, '/api/v2/credential/issue', issueHeaders, issueBody(record));
  expectStatus(issued, 200);
  const offer = encodeURIComponent(offerUri(JSON.parse(issued.text).request_uri));
  const path = `/api/oidc/offer/${record.wallet_key}?directIssue=true&credential_offer_uri=${offer}`;
  expectStatus(await post(pool, path, pushHeaders, ''), 201);
};
