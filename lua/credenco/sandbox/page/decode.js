// The contents of a signed credential: header, payload and, for an SD-JWT, the disclosures.

function text(base64url) {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
}

const json = (part) => JSON.parse(text(part));

/** A disclosure is [salt, name, value], or [salt, value] for an element of an array (RFC 9901, 4.2). */
function disclosure(part) {
  const list = json(part);
  return list.length === 3 ? { name: list[1], value: list[2] } : { name: '(element)', value: list[1] };
}

/** @param raw a compact JWS, with `~` and disclosures behind it for an SD-JWT */
export function decode(raw) {
  const [jws, ...parts] = raw.split('~');
  const [header, payload] = jws.split('.');
  return { header: json(header), payload: json(payload), disclosures: parts.filter((part) => part !== '').map(disclosure) };
}
