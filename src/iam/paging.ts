/** Pagination: Marker and MaxItems in the request, IsTruncated and Marker in the response. */
import { nameKey } from '../accounts/model.ts';
import { validationError } from '../aws/error.ts';
import { readBase64 } from '../kernel/base64.ts';
import type { Collection, Store } from '../store/store.ts';

export interface PageRequest {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

interface Page<T> {
  readonly members: readonly T[];
  /** Spread it into the response. */
  readonly more: { readonly IsTruncated: false } | { readonly IsTruncated: true; readonly Marker: string };
}

/** AWS's default page size. */
const DEFAULT = 100;

/**
 * One page of `all`, which is sorted by `keyOf`. A marker is the last key of the previous page, so pages stay consistent
 * while entities are created and deleted. The error message for an invalid marker is unconfirmed.
 */
export function pageOf<T>(all: readonly T[], requested: PageRequest, keyOf: (member: T) => string): Page<T> {
  const from = requested.Marker === undefined ? 0 : start(all, readMarker(requested.Marker), keyOf);
  const members = all.slice(from, from + (requested.MaxItems ?? DEFAULT));
  const last = members.at(-1);
  if (last === undefined || from + members.length >= all.length) return { members, more: { IsTruncated: false } };
  return { members, more: { IsTruncated: true, Marker: Buffer.from(keyOf(last)).toString('base64url') } };
}

/** A page of an account's entities of one kind whose path has the prefix, in the order of their names. */
export function entityPage<V extends { readonly name: string; readonly path: string }>(
  collection: Collection<V>,
  requested: PageRequest & { readonly PathPrefix?: string },
  account: string,
  store: Store,
): Page<V> {
  const prefix = requested.PathPrefix ?? '/';
  const all = store.list(collection, `${account}/`).map(({ value }) => value);
  const matching = all.filter(({ path }) => path.startsWith(prefix));
  return pageOf(matching, requested, ({ name }) => nameKey('', name));
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
