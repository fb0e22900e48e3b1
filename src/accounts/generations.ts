/** Lives of an ARN: why an entity that was deleted and made again has another unique id. */
import { type Change, put, type Store } from '../store/store.ts';
import { lives } from './model.ts';

/** The life an entity made now under this ARN would have; part of what its unique id is derived from. */
export function lifeOf(store: Store, arn: string, epoch: number): string {
  return `${epoch}.${store.get(lives, arn)?.value.ended ?? 0}`;
}

/** The change that ends a life; belongs into the commit that deletes or renames the entity. */
export function endLife(store: Store, arn: string): Change {
  const life = store.get(lives, arn);
  return put(lives, arn, { arn, ended: (life?.value.ended ?? 0) + 1 }, life?.version ?? 0);
}
