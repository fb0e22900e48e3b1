/** Removes from imported accounts what IAM would reject, so that the configuration is valid. */

import type { IamDeps } from '../authorization/deps.ts';
import type { AccountsSettings } from '../config/accounts.ts';
import { ConfigError, type ConfigErrorEntry } from '../config/config-error.ts';
import { readPointer } from '../kernel/json.ts';
import { recordOf } from '../kernel/table.ts';
import { applySeed } from './apply.ts';

interface PrunedAccounts {
  readonly accounts: AccountsSettings;
  readonly faults: readonly ConfigErrorEntry[];
}

/** Each round removes something, which may invalidate more: a policy, then its attachments. */
const MAX_ROUNDS = 10;

/** Returns the accounts without the rejected parts, and the errors. */
export async function pruneAccounts(accounts: AccountsSettings, deps: IamDeps): Promise<PrunedAccounts> {
  const faults: ConfigErrorEntry[] = [];
  let left = accounts;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = await faultsOf(left, deps);
    if (found.length === 0) return { accounts: left, faults };
    faults.push(...found);
    left = without(left, found);
  }
  throw new ConfigError(await faultsOf(left, deps));
}

async function faultsOf(accounts: AccountsSettings, deps: IamDeps): Promise<readonly ConfigErrorEntry[]> {
  try {
    await applySeed({ accounts }, deps, 'import', Number.POSITIVE_INFINITY);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

/** Parts of an entity that can be removed alone; for an error in any other part, the entity is removed. */
const PARTS = new Set(['inlinePolicies', 'attachedPolicies', 'groups', 'accessKeys', 'role']);

type Branch = Record<string, unknown>;

function without(accounts: AccountsSettings, faults: readonly ConfigErrorEntry[]): AccountsSettings {
  const copy = structuredClone(accounts) as Record<string, Branch>;
  for (const { path } of faults) {
    const [, account = '', kind = '', index, part, key] = readPointer(path);
    const settings = copy[account] ?? {};
    const entities = settings[kind];
    if (index === undefined || !Array.isArray(entities)) delete settings[kind];
    else if (part === undefined || !PARTS.has(part)) entities[Number(index)] = undefined;
    else removePart(entities[Number(index)], part, key);
  }
  for (const settings of Object.values(copy)) {
    for (const [kind, entities] of Object.entries(settings)) {
      if (Array.isArray(entities)) settings[kind] = entities.filter(entity => entity !== undefined).map(compact);
    }
  }
  return copy as AccountsSettings;
}

function removePart(entity: Branch | undefined, part: string, key: string | undefined): void {
  const value = entity?.[part];
  if (entity === undefined || value === undefined) return;
  if (key === undefined || typeof value !== 'object' || value === null) delete entity[part];
  else if (Array.isArray(value)) value[Number(key)] = undefined;
  else delete (value as Branch)[key];
}

const compact = (entity: Branch): Branch =>
  recordOf(
    Object.entries(entity).map(([part, value]) => [
      part,
      Array.isArray(value) ? value.filter(item => item !== undefined) : value,
    ]),
  );
