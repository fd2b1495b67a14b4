// Random claims, the same for the same seed: what JSON can say, in names and values that are easily lost.

/** Numbers from 0 to 1 (mulberry32). */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const TEXTS = ['', ' ', 'Ünïcødé', '漢字', '😀👩‍👩‍👧', '"quoted" \\ / \n\r\t\b\f', '\u0000\u0001\u007f\u2028', '[]', '{}', 'null', '~.~', '1e400',
  '<script>&amp;</script>', '%2B+ %', 'e\u0301', '\ufeff', 'x'.repeat(300)];
const NUMBERS = [0, -1, 0.1, 1e-7, 1e21, 1.7976931348623157e308, 2 ** 53, -(2 ** 53), 123456789012345680, 1 / 3, 100, 1.5];
// Not the empty name and no name that every object of JavaScript has: @sd-jwt, which credo-ts stands on, loses both.
const NAMES = ['a', 'name', 'Straße', '名', ' ', 'a.b', 'a[0]', '1', '0', '-', '$ref', '@type', 'x'.repeat(80), '"', '\\', '\n'];

/** Claims from a seed. */
export function randomClaims(seed) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const makers = [
    () => pick(TEXTS), () => pick(NUMBERS), () => next() < 0.5, () => null, () => (next() - 0.5) * 10 ** Math.floor(next() * 40 - 20),
    () => Array.from({ length: Math.floor(next() * 6) }, () => String.fromCodePoint(1 + Math.floor(next() * 0xd7fe))).join(''),
  ];
  const value = (depth) => {
    const kind = next();
    if (depth > 4 || kind < 0.6) return pick(makers)();
    return kind < 0.8 ? Array.from({ length: Math.floor(next() * 4) }, () => value(depth + 1)) : object(depth + 1);
  };
  const object = (depth) => Object.fromEntries(
    Array.from({ length: Math.floor(next() * 5) }, () => [pick(NAMES), value(depth)]));
  return { ...object(1), serial: seed };
}

/** As many as CREDENCO_CLAIM_SETS says, from CREDENCO_SEED on; the claim `serial` is the seed that makes them again. */
export function claimSets() {
  const first = Number(process.env.CREDENCO_SEED ?? Date.now() % 1e9);
  return Array.from({ length: Number(process.env.CREDENCO_CLAIM_SETS ?? 5) }, (_, index) => randomClaims(first + index));
}
