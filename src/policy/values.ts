/** Parses condition values: numbers, dates, booleans, bytes, addresses; undefined = not such a value. Independent of clock and locale. */

/** Plain decimal with sign, fraction and exponent (`01`, `+1`, `1.0`, `1e0` are 1); NaN and Infinity are text. */
const numberForm = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** An exact decimal: `digits` times ten to the power `exponent`. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

export function parseNumber(text: string): Decimal | undefined {
  if (!numberForm.test(text)) return undefined;
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  const all = trimZeros(whole + fraction);
  const exponent = Number(power) - fraction.length + all.dropped;
  if (!Number.isSafeInteger(exponent)) return undefined;
  if (all.digits === '') return { negative: false, digits: '', exponent: 0 };
  return { negative: mantissa.startsWith('-'), digits: all.digits, exponent };
}

/** The digits without leading and trailing zeros; `dropped` is the number of trailing zeros. */
function trimZeros(text: string): { digits: string; dropped: number } {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === '0') start += 1;
  while (end > start && text[end - 1] === '0') end -= 1;
  return { digits: text.slice(start, end), dropped: end > start ? text.length - end : 0 };
}

/** Negative, zero or positive, as a is less than, equal to or greater than b; exact for numbers of any size. */
export function compareNumbers(a: Decimal, b: Decimal): number {
  const signs = sign(a) - sign(b);
  if (signs !== 0 || a.digits === '') return signs;
  return a.negative ? -compareSizes(a, b) : compareSizes(a, b);
}

const sign = (value: Decimal): number => (value.digits === '' ? 0 : value.negative ? -1 : 1);

function compareSizes(a: Decimal, b: Decimal): number {
  const places = a.digits.length + a.exponent - (b.digits.length + b.exponent);
  if (places !== 0) return places;
  // Same place of the first digit: digit strings compare as fractions do.
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -1 : 1;
}

const dateForm =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?)?)?$/i;
/** Four digits alone are a year. */
const epochForm = /^(?!\d{4}$)-?\d{1,16}(?:\.\d{1,9})?$/;

/**
 * Milliseconds since 1970, smaller fractions truncated. W3C forms of ISO 8601 (year, month, date, date and time with or without zone; no zone
 * = UTC) and epoch seconds; a number above 10^11 is taken as milliseconds.
 */
export function parseDate(text: string): number | undefined {
  if (epochForm.test(text)) {
    const [whole = '', fraction = ''] = text.split('.');
    const number = Number(whole);
    if (Math.abs(number) > 1e11) return number;
    return number * 1000 + (text.startsWith('-') ? -milliseconds(fraction) : milliseconds(fraction));
  }
  const parts = dateForm.exec(text);
  if (parts === null) return undefined;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] =
    parts;
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const back = new Date(time);
  const real =
    back.getUTCMonth() === Number(month) - 1 &&
    back.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60;
  return real ? time + milliseconds(fraction) - zoneOffset(zone) : undefined;
}

const milliseconds = (fraction: string): number => Number(fraction.slice(0, 3).padEnd(3, '0'));

function zoneOffset(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** Every value other than `true`, in any letter case, counts as false (recorded: `Bool: "false"` matches `yes`, `1`). */
export const parseBool = (text: string): boolean => text.toLowerCase() === 'true';

const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Canonical form of base64 text: the unused low bits of the last character cleared, so that equal bytes give equal text. */
export function parseBinary(text: string): string | undefined {
  if (text === '' || !base64Form.test(text)) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (padding === 0) return text;
  const at = text.length - padding - 1;
  const value = alphabet.indexOf(text.charAt(at)) & (padding === 2 ? 0b110000 : 0b111100);
  return text.slice(0, at) + alphabet.charAt(value) + '='.repeat(padding);
}

/** An address or block: the bytes (4 or 16) and how many leading bits count. */
interface Block {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** `192.0.2.0/24`, `2001:db8::/32`, or one address; a block of IPv4 in IPv6 (`::ffff:192.0.2.0/120`) is one of IPv4 (unconfirmed). */
export function parseBlock(text: string): Block | undefined {
  const slash = text.indexOf('/');
  const bytes = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (bytes === undefined) return undefined;
  if (slash === -1) return { bytes, bits: bytes.length * 8 };
  const size = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(size)) return undefined;
  const bits = Number(size) - (bytes.length === 4 && text.includes(':') ? 96 : 0);
  return bits < 0 || bits > bytes.length * 8 ? undefined : { bytes, bits };
}

/** Bytes of one IPv4 or IPv6 address; leading zeros are decimal (recorded: `192.000.2.1` is `192.0.2.1`). IPv4 in IPv6 is IPv4. */
export function parseAddress(text: string): readonly number[] | undefined {
  if (!text.includes(':')) return readIpv4(text);
  const bytes = readIpv6(text);
  const mapped = bytes?.slice(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 255)) === true;
  return mapped ? bytes?.slice(12) : bytes;
}

function readIpv4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every(part => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.map(Number);
}

function readIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => (half === '' ? [] : readGroups(half, index === halves.length - 1)));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const length = head.length + (tail?.length ?? 0);
  if (halves.length === 1 ? length !== 16 : length > 14) return undefined;
  return [...head, ...new Array<number>(16 - length).fill(0), ...(tail ?? [])];
}

/** Only the end of an address can be written as an IPv4 address (RFC 4291 section 2.2). */
function readGroups(text: string, isEnd: boolean): number[] | undefined {
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (isEnd && index === groups.length - 1 && group.includes('.')) {
      const ipv4 = readIpv4(group);
      if (ipv4 === undefined) return undefined;
      bytes.push(...ipv4);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    } else return undefined;
  }
  return bytes;
}

export function isInBlock(block: Block, address: readonly number[]): boolean {
  if (block.bytes.length !== address.length) return false;
  for (let bit = 0; bit < block.bits; bit += 8) {
    const left = block.bits - bit;
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff;
    if (((block.bytes[bit >> 3] ?? 0) & mask) !== ((address[bit >> 3] ?? 0) & mask)) return false;
  }
  return true;
}
