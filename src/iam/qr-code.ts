/**
 * QR codes (ISO/IEC 18004) for virtual MFA devices: only byte mode, error correction level L and mask 0. Readers accept
 * any mask, so the masks are not compared.
 */

/** Error correction codewords per block, and number of blocks, for versions 1 to 20 at level L (table 9). */
const CORRECTION = [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28];
const BLOCKS = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8];

/** The modules of a symbol, row by row; true is dark. Throws RangeError for more than 858 bytes (version 20). */
export function qrModules(text: string): readonly (readonly boolean[])[] {
  const bytes = Buffer.from(text, 'utf8');
  const version = CORRECTION.findIndex((_, index) => bytes.length + headLength(index + 1) <= dataLength(index + 1)) + 1;
  if (version === 0) throw new RangeError(`${bytes.length} bytes do not fit into a QR code of version 20`);
  const symbol = new QrSymbol(version);
  symbol.place(interleave(padded(bytes, version), version));
  return symbol.modules;
}

/** Bytes of mode and length before the data, including the four bits after it. */
const headLength = (version: number): number => (version < 10 ? 2 : 3);

/** Codewords of a version that are not for function patterns. */
function allCodewords(version: number): number {
  const alignments = version === 1 ? 0 : Math.floor(version / 7) + 2;
  let modules = (16 * version + 128) * version + 64;
  if (version > 1) modules -= (25 * alignments - 10) * alignments - 55;
  if (version >= 7) modules -= 36;
  return modules >> 3;
}

const of = (table: readonly number[], version: number): number => table[version - 1] ?? 0;

const dataLength = (version: number): number => allCodewords(version) - of(CORRECTION, version) * of(BLOCKS, version);

/** Mode 0100, the length, the bytes, a terminator, and alternating pad bytes up to the capacity. */
function padded(bytes: Buffer, version: number): Buffer {
  const length = bytes.length.toString(16).padStart(headLength(version) === 2 ? 2 : 4, '0');
  const created = Buffer.from(`4${length}${bytes.toString('hex')}0`, 'hex');
  const pads = Buffer.alloc(dataLength(version) - created.length);
  for (let at = 0; at < pads.length; at++) pads[at] = at % 2 === 0 ? 0xec : 0x11;
  return Buffer.concat([created, pads]);
}

/** Splits the data into blocks, adds error correction to each, and interleaves them. */
function interleave(data: Buffer, version: number): Buffer {
  const count = of(BLOCKS, version);
  const short = Math.floor(data.length / count);
  const firstLongBlock = count - (data.length % count);
  const generator = generatorOf(of(CORRECTION, version));
  const blocks: { readonly data: Buffer; readonly correction: readonly number[] }[] = [];
  for (let index = 0, at = 0; index < count; index++) {
    const block = data.subarray(at, at + short + (index < firstLongBlock ? 0 : 1));
    at += block.length;
    blocks.push({ data: block, correction: remainderOf(block, generator) });
  }
  const out: number[] = [];
  for (let at = 0; at <= short; at++) for (const block of blocks) out.push(...block.data.subarray(at, at + 1));
  for (let at = 0; at < generator.length; at++) for (const block of blocks) out.push(block.correction[at] ?? 0);
  return Buffer.from(out);
}

/** Product in GF(256) modulo x⁸ + x⁴ + x³ + x² + 1. */
function times(one: number, other: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((other >> bit) & 1) * one;
  }
  return product;
}

/** The Reed-Solomon generator polynomial of a degree, without the highest coefficient. */
function generatorOf(degree: number): readonly number[] {
  const created = new Array<number>(degree).fill(0);
  created[degree - 1] = 1;
  for (let index = 0, root = 1; index < degree; index++, root = times(root, 2)) {
    for (let at = 0; at < degree; at++) created[at] = times(created[at] ?? 0, root) ^ (created[at + 1] ?? 0);
  }
  return created;
}

function remainderOf(data: Buffer, generator: readonly number[]): readonly number[] {
  const left = new Array<number>(generator.length).fill(0);
  for (const byte of data) {
    const factor = byte ^ (left.shift() ?? 0);
    left.push(0);
    for (const [at, coefficient] of generator.entries()) left[at] = (left[at] ?? 0) ^ times(coefficient, factor);
  }
  return left;
}

/** One symbol: draws the function patterns, then places the codewords. */
class QrSymbol {
  readonly modules: boolean[][];
  readonly #taken: boolean[][];
  readonly #size: number;

  constructor(version: number) {
    this.#size = version * 4 + 17;
    const empty = (): boolean[][] =>
      Array.from({ length: this.#size }, () => new Array<boolean>(this.#size).fill(false));
    this.modules = empty();
    this.#taken = empty();
    this.#drawTiming();
    for (const [x, y] of [
      [3, 3],
      [this.#size - 4, 3],
      [3, this.#size - 4],
    ] as const)
      this.#drawFinder(x, y);
    this.#drawAlignments(version);
    this.#drawFormat();
    if (version >= 7) this.#drawVersion(version);
  }

  /** Places codewords in column pairs from the right, alternately up and down, with mask 0 (row + column is even). */
  place(codewords: Buffer): void {
    let bit = 0;
    for (let right = this.#size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      const upward = ((right + 1) & 2) === 0;
      for (let step = 0; step < this.#size; step++) {
        const y = upward ? this.#size - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (this.#taken[y]?.[x] !== false) continue;
          const dark = (((codewords[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
          this.#write(x, y, dark !== ((x + y) % 2 === 0));
          bit++;
        }
      }
    }
  }

  #write(x: number, y: number, dark: boolean): void {
    const row = this.modules[y];
    if (row !== undefined && x >= 0 && x < this.#size) row[x] = dark;
  }

  #draw(x: number, y: number, dark: boolean): void {
    this.#write(x, y, dark);
    const row = this.#taken[y];
    if (row !== undefined && x >= 0 && x < this.#size) row[x] = true;
  }

  #drawTiming(): void {
    for (let at = 0; at < this.#size; at++) {
      this.#draw(6, at, at % 2 === 0);
      this.#draw(at, 6, at % 2 === 0);
    }
  }

  /** Concentric rings around a center, including the light outer ring. */
  #drawRings(x: number, y: number, radius: number, isDark: (distance: number) => boolean): void {
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        this.#draw(x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
      }
    }
  }

  #drawFinder(x: number, y: number): void {
    this.#drawRings(x, y, 4, distance => distance !== 2 && distance !== 4);
  }

  #drawAlignments(version: number): void {
    if (version === 1) return;
    const count = Math.floor(version / 7) + 2;
    const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
    const places = [6];
    for (let at = this.#size - 7; places.length < count; at -= step) places.splice(1, 0, at);
    const last = this.#size - 7;
    for (const x of places) {
      for (const y of places) {
        const isFinder = (x === 6 && y === 6) || (x === 6 && y === last) || (x === last && y === 6);
        if (!isFinder) this.#drawRings(x, y, 2, distance => distance !== 1);
      }
    }
  }

  /** Level L (01) and mask 000 with their BCH code, XOR 101010000010010 (§7.9): 111011111000100. */
  #drawFormat(): void {
    const format = 0b111011111000100;
    const bit = (at: number): boolean => ((format >> at) & 1) === 1;
    const size = this.#size;
    for (let at = 0; at < 15; at++) {
      if (at < 6) this.#draw(8, at, bit(at));
      else if (at < 8) this.#draw(8, at + 1, bit(at));
      else if (at === 8) this.#draw(7, 8, bit(at));
      else this.#draw(14 - at, 8, bit(at));
      if (at < 8) this.#draw(size - 1 - at, 8, bit(at));
      else this.#draw(8, size - 15 + at, bit(at));
    }
    this.#draw(8, size - 8, true);
  }

  /** The version information with its Golay code, in two places (§7.10). */
  #drawVersion(version: number): void {
    let remainder = version;
    for (let step = 0; step < 12; step++) remainder = (remainder << 1) ^ ((remainder >> 11) * 0x1f25);
    const bits = (version << 12) | remainder;
    for (let at = 0; at < 18; at++) {
      const dark = ((bits >> at) & 1) === 1;
      const far = this.#size - 11 + (at % 3);
      const near = Math.floor(at / 3);
      this.#draw(far, near, dark);
      this.#draw(near, far, dark);
    }
  }
}
