/** Unique ids of entities, and the generations of an ARN: an entity that is deleted and created again gets another id. */
import { encodeId } from '../aws/unique-id.ts';
import type { Sealer } from '../kernel/seal.ts';
import { type Change, put, type Store } from '../store/store.ts';
import { generations } from './model.ts';

/** Id prefixes of entities whose ids are derived. */
type EntityPrefix = 'AROA' | 'AIDA' | 'AGPA' | 'AIPA' | 'ANPA';

interface UniqueIdDeps {
  readonly store: Store;
  readonly sealer: Sealer;
  /** `epoch` is the generation of the state. */
  readonly settings: { readonly epoch: number };
}

/**
 * The 21-character unique id of a new entity, derived from secret, ARN and generation, so that all replicas compute the same
 * id.
 */
export function uniqueId(
  prefix: EntityPrefix,
  account: string,
  arn: string,
  { store, sealer, settings }: UniqueIdDeps,
): string {
  const generation = `${settings.epoch}.${store.get(generations, arn)?.value.ended ?? 0}`;
  return encodeId(prefix, account, sealer.derive('unique-id', `${prefix}\0${arn}\0${generation}`), 21);
}

/** The change that ends a generation; add it to the commit that deletes or renames the entity. */
export function endGeneration(store: Store, arn: string): Change {
  const generation = store.get(generations, arn);
  return put(generations, arn, { arn, ended: (generation?.value.ended ?? 0) + 1 }, generation?.version ?? 0);
}
