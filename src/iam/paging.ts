/** Pages of a list: Marker and MaxItems in, IsTruncated and Marker out. */
import { validationError } from '../aws/error.ts';
import { readBase64 } from '../kernel/base64.ts';

export interface PageRequest {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

export interface Page<T> {
  readonly members: readonly T[];
  /** Spread into the answer. */
  readonly more: { readonly IsTruncated: false } | { readonly IsTruncated: true; readonly Marker: string };
}

/** AWS's page size when none is asked for. */
const DEFAULT = 100;

/**
 * One page of `all`, which is in the order of `keyOf`. A marker names the last key of the page before, so pages hold
 * together while entities come and go. The text of the refusal is unconfirmed.
 */
export function pageOf<T>(all: readonly T[], asked: PageRequest, keyOf: (member: T) => string): Page<T> {
  const from = asked.Marker === undefined ? 0 : start(all, readMarker(asked.Marker), keyOf);
  const members = all.slice(from, from + (asked.MaxItems ?? DEFAULT));
  const last = members.at(-1);
  if (last === undefined || from + members.length >= all.length) return { members, more: { IsTruncated: false } };
  return { members, more: { IsTruncated: true, Marker: Buffer.from(keyOf(last)).toString('base64url') } };
}

function start<T>(all: readonly T[], after: string, keyOf: (member: T) => string): number {
  const at = all.findIndex(member => keyOf(member) > after);
  return at === -1 ? all.length : at;
}

function readMarker(marker: string): string {
  const bytes = readBase64(marker, 'base64url');
  if (bytes === undefined) throw validationError('Invalid Marker.');
  return bytes.toString();
}
