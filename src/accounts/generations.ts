/** Generations of an ARN: an entity that is deleted and created again gets another unique id. */
import { type Change, put, type Store } from '../store/store.ts';
import { generations } from './model.ts';

/** The generation of a new entity with this ARN; its unique id is derived from it. */
export function generationOf(store: Store, arn: string, epoch: number): string {
  return `${epoch}.${store.get(generations, arn)?.value.ended ?? 0}`;
}

/** The change that ends a generation; add it to the commit that deletes or renames the entity. */
export function endGeneration(store: Store, arn: string): Change {
  const generation = store.get(generations, arn);
  return put(generations, arn, { arn, ended: (generation?.value.ended ?? 0) + 1 }, generation?.version ?? 0);
}
