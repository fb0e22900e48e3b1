/** Applies a changed declaration to a running instance: unchanged entities stay untouched, and sessions stay valid. */

import { endGeneration } from '../accounts/generations.ts';
import { accounts, generations } from '../accounts/model.ts';
import { ConfigError, type ConfigErrorEntry } from '../config/config-error.ts';
import { type Change, put } from '../store/store.ts';
import { applySeed, type Seed } from './apply.ts';
import { declareIssuers } from './issuers.ts';
import type { Declaration, StateDeps } from './state.ts';

/**
 * Creates, changes and deletes the entities that differ between the two declarations; the epoch stays, so sessions of
 * roles that still exist remain valid. Entities created by API calls stay, unless the declaration of the same entity
 * changed. Throws ConfigError with every error and then changes nothing.
 */
export async function reloadState(
  before: Declaration,
  after: Declaration,
  deps: StateDeps,
  source?: string,
): Promise<void> {
  const { iam, generation, registry } = deps;
  const declaredAccounts = [...new Set([...generation.declaredAccounts, ...Object.keys(after.accounts)])];
  const { epoch, providerUrls } = iam.settings;
  const ended = iam.store.list(generations, '').map(({ value }) => put(generations, value.arn, value, 0));
  const apply = (seed: Seed) =>
    applySeed(seed, { ...iam, settings: { epoch, providerUrls, declaredAccounts } }, source, undefined, ended);

  const faults: ConfigErrorEntry[] = [];
  const old = await apply(before);
  const applied = await apply(after).catch((error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(...error.faults);
    return old;
  });
  faults.push(...declareIssuers(before.issuers, after.issuers, registry, source));
  if (faults.length > 0) {
    declareIssuers(after.issuers, before.issuers, registry, source);
    throw new ConfigError(faults);
  }
  generation.declaredAccounts = declaredAccounts;
  generation.organization = applied.organization;
  generation.declaredOrganization = after.organization;
  await iam.store.commit(differences(old.changes, applied.changes, deps));
}

/** The changes that convert a store with the old declaration to the new one; accounts are never deleted. */
function differences(old: readonly Change[], applied: readonly Change[], { iam: { store } }: StateDeps): Change[] {
  const before = new Map(old.map(change => [placeOf(change), change]));
  const puts = applied
    .filter(change => asDeclared(before.get(placeOf(change))) !== asDeclared(change))
    .map(change => withoutExpectation(change, store.get(change.collection, change.key)?.value));
  const after = new Set(applied.map(placeOf));
  const removed = old.filter(change => !after.has(placeOf(change)) && change.collection.name !== accounts.name);
  const removals = removed
    .filter(({ collection, key }) => store.get(collection, key) !== undefined)
    .flatMap(change => {
      const { collection, key } = change;
      const arn: unknown = change.verb === 'put' ? memberOf(change.value, 'arn') : undefined;
      return [
        { verb: 'delete', collection, key } as const,
        ...(typeof arn === 'string' ? [endGeneration(store, arn)] : []),
      ];
    });
  return [...removals, ...puts];
}

/** Members that differ each time the same declaration is created. */
const VOLATILE_MEMBERS = new Set(['createdAt', 'updatedAt', 'addedAt', 'uuid', 'validUntil']);

const placeOf = ({ collection, key }: Change): string => `${collection.name}\0${key}`;

const asDeclared = (change: Change | undefined): string | undefined =>
  change?.verb === 'put'
    ? JSON.stringify(change.value, (name, value) => (VOLATILE_MEMBERS.has(name) ? undefined : value))
    : undefined;

/** The change without its expected version; an existing entity keeps its creation time. */
function withoutExpectation(change: Change, stored: unknown): Change {
  const { verb, collection, key } = change;
  if (verb === 'delete') return { verb, collection, key };
  const createdAt = memberOf(stored, 'createdAt');
  const value = createdAt === undefined ? change.value : Object.assign({}, change.value, { createdAt });
  return { verb, collection, key, value };
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
