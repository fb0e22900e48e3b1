/** Addresses in conditions: which blocks hold the addresses of few networks, and which hold no address that calls. */
import type { CompiledCondition } from '../conditions.ts';
import { contextKey } from '../context-keys.ts';
import { isInBlock, parseBlock } from '../values.ts';

/** Blocks of addresses from which no call reaches AWS's public endpoints (RFC 1918, 6598, 1122, 3927, 4193). */
const privateBlocks = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  'fc00::/7',
]
  .map(parseBlock)
  .filter(block => block !== undefined);

/** Whether all addresses of the value are private. */
export const isPrivate = (value: string): boolean => {
  const block = parseBlock(value);
  return block !== undefined && privateBlocks.some(outer => block.bits >= outer.bits && isInBlock(outer, block.bytes));
};

/** A block of at least this many bits holds the addresses of few networks. */
const narrowestBits = (length: number): number => (length === 4 ? 16 : 32);

/** Whether the value is a block with the addresses of many networks. */
export const isWideBlock = (value: string): boolean => {
  const block = parseBlock(value);
  return block !== undefined && block.bits < narrowestBits(block.bytes.length);
};

/** Whether the value is a block that the condition compares as text: no address equals it. */
export const isBlockAsText = ({ operator, lowerKey }: CompiledCondition, value: string): boolean =>
  operator.family === 'string' &&
  value.includes('/') &&
  parseBlock(value) !== undefined &&
  contextKey(lowerKey)?.type === 'IP address';
