/** Lives of an ARN: why an entity that was deleted and made again has another unique id. */
import { type Change, put, type Store } from '../store/store.ts';
import { generations } from './model.ts';

/** The life an entity made now under this ARN would have; part of what its unique id is derived from. */
export function generationOf(store: Store, arn: string, epoch: number): string {
  return `${epoch}.${store.get(generations, arn)?.value.ended ?? 0}`;
}

/** The change that ends a life; belongs into the commit that deletes or renames the entity. */
export function endGeneration(store: Store, arn: string): Change {
  const generation = store.get(generations, arn);
  return put(generations, arn, { arn, ended: (generation?.value.ended ?? 0) + 1 }, generation?.version ?? 0);
}
