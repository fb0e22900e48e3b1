/** A black and white PNG (RFC 2083) of square modules with a quiet zone around them. */
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** One bit per pixel, `scale` pixels per module, and a margin of four light modules. */
export function png(modules: readonly (readonly boolean[])[], scale = 4): Buffer {
  const side = (modules.length + 8) * scale;
  const rowLength = 1 + Math.ceil(side / 8);
  const pixels = Buffer.alloc(rowLength * side, 0xff);
  for (let y = 0; y < side; y++) {
    pixels[y * rowLength] = 0;
    const row = modules[Math.floor(y / scale) - 4];
    if (row === undefined) continue;
    for (const [module, dark] of row.entries())
      if (dark) darken(pixels, y * rowLength + 1, (module + 4) * scale, scale);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // One bit per pixel, greyscale, deflate, adaptive filters, no interlace.
  header.set([1, 0, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function darken(pixels: Buffer, row: number, from: number, count: number): void {
  for (let x = from; x < from + count; x++) {
    const at = row + (x >> 3);
    pixels[at] = (pixels[at] ?? 0) & ~(0x80 >> (x & 7));
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
