/** QR codes and PNGs of virtual MFA devices. Expected modules: Python package qrcode 8.2 (level L, mask 0). */
import { createHash } from 'node:crypto';
import { crc32, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { png } from '../../src/iam/png.ts';
import { qrModules } from '../../src/iam/qr-code.ts';
import { send } from './fixtures.ts';
import { createHarness } from './harness.ts';

const text = (length: number): string => 'otpauth://totp/Rolecall:'.repeat(40).slice(0, length);

describe('modules', () => {
  it.each([
    [1, 1, 'a4dece7f45d05a091dc4587241f4bb7c'],
    [17, 1, 'fb344781fd06436198308b4c4d374165'],
    [18, 2, '8aaa1a66dc2e49256fcd4e51739b6bf2'],
    [154, 7, 'df0a725b097a270db2ee3d4deff900df'],
    [155, 8, '9ca76fbf7a450a9ce7bd2f7f15d1ba25'],
    [231, 10, '7e92d8e6a815c144d39bc744eb89e945'],
    [858, 20, '0c76fb63ee458046af2dd38991865e9b'],
  ])('%i bytes: version %i', async (length, version, digest) => {
    const modules = await qrModules(text(length));
    expect(modules).toHaveLength(version * 4 + 17);
    const rows = modules.map(row => row.map(Number).join('')).join('\n');
    expect(createHash('sha256').update(rows).digest('hex').slice(0, 32)).toBe(digest);
  });

  it('more than 858 bytes do not fit', async () => {
    await expect(qrModules(text(859))).rejects.toThrow(RangeError);
  });
});

it('the PNG has complete chunks, and pixels for every module inside a light margin', async () => {
  const modules = await qrModules('x');
  const image = png(modules, 2);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < image.length; ) {
    const length = image.readUInt32BE(at);
    const body = image.subarray(at + 4, at + 8 + length);
    expect(image.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.toString('latin1', 0, 4), body.subarray(4));
    at += 12 + length;
  }
  const side = (modules.length + 8) * 2;
  expect(chunks.get('IHDR')?.readUInt32BE(0)).toBe(side);
  const pixels = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
  const rowLength = 1 + Math.ceil(side / 8);
  expect(pixels).toHaveLength(rowLength * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const dark = (((pixels[y * rowLength + 1 + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 0;
      expect(dark).toBe(modules[(y >> 1) - 4]?.[(x >> 1) - 4] ?? false);
    }
  }
});

it('CreateVirtualMFADevice returns one, also for the longest name', async () => {
  const made = (await send(createHarness(), 'CreateVirtualMFADevice', { VirtualMFADeviceName: '@'.repeat(226) })) as {
    VirtualMFADevice: { QRCodePNG: Uint8Array };
  };
  expect(Buffer.from(made.VirtualMFADevice.QRCodePNG.slice(0, 8)).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
});
