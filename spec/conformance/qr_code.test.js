// The QR code of the attended flow, read by independent software.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { startSandbox } from './sandbox.js';

let sandbox;

before(async () => { sandbox = await startSandbox(); });
after(() => sandbox?.stop());

async function issueWith(options) {
  const { qr_uri: qrUri, request_uri: requestUri } = await sandbox.issue(undefined, undefined, { qr_code: options });
  const [head, data] = qrUri.split(',');
  assert.equal(head, 'data:image/png;base64');
  return { requestUri, png: PNG.sync.read(Buffer.from(data, 'base64')) };
}

const read = ({ data, width, height }) => jsQR(new Uint8ClampedArray(data), width, height)?.data;

const pixel = ({ data, width }, x, y) => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];

describe('the QR code of an offer', () => {
  it('holds the request_uri', async () => {
    const { png, requestUri } = await issueWith({});
    assert.deepEqual([png.width, png.height], [300, 300]);
    assert.equal(read(png), requestUri);
  });

  it('has the size, colours and padding that were asked for', async () => {
    const { png, requestUri } = await issueWith({ size: 411, padding: 30, color_dark: '#12355b', color_light: '#fff4e0' });
    assert.deepEqual([png.width, png.height], [411, 411]);
    assert.deepEqual(pixel(png, 0, 0), [0xff, 0xf4, 0xe0]);
    assert.deepEqual(pixel(png, 29, 29), [0xff, 0xf4, 0xe0]);
    const colours = new Set();
    for (let x = 0; x < png.width; x += 1) colours.add(pixel(png, x, 205).join());
    assert.deepEqual([...colours].sort(), ['18,53,91', '255,244,224']);
    assert.equal(read(png), requestUri);
  });

  it('is there only when it was asked for', async () => {
    assert.equal((await sandbox.issue()).qr_uri, undefined);
  });
});
